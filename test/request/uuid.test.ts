// Version 5 UUIDs, against values that other implementations publish or give.
import { isUuid, URL_NAMESPACE, uuidV5 } from '../../src/request/uuid';

const DNS_NAMESPACE = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';

test.each([
  ['python.org', DNS_NAMESPACE, '886313e1-3b8a-5372-9b90-0c9aee199e5d'],
  ['https://www.w3.org/', URL_NAMESPACE, 'c106a26a-21bb-5538-8bf2-57095d1976c1'],
  ['muster:hotdocs/hr-000123', URL_NAMESPACE, '4bfd7eaa-f52f-52d9-ac4d-a11709f69e84'],
  ['muster:hotdocs/zoë', URL_NAMESPACE, 'a35c107b-47ae-58cb-8157-a9644fb54faa'],
])('%s', (name, namespace, uuid) => {
  expect(uuidV5(name, namespace)).toBe(uuid);
  expect(isUuid(uuid)).toBe(true);
});
