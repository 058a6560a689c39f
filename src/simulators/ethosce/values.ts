// The checks of Entity API's property wrappers, with their words as measured.
import { asObject } from '../replies';
import { crash, Refusal, restws } from './replies';

/** A value of the wrong type or format: 406, naming where it stands (`user(17)->mail`). */
export function invalidValue(where: string, property: string, value: unknown): Refusal {
  const sentence =
    'Invalid data value given. Be sure it matches the required data type and format. ' +
    `Value at ${where}->${property}: ${asPhpText(value)}.`;
  return new Refusal(restws(406, sentence));
}

/** A property that the entity does not have. */
export function unknownProperty(property: string): Refusal {
  return new Refusal(restws(406, `Unknown data property ${property}.`));
}

/** A property that is shown but cannot be set. */
export function readOnlyProperty(property: string): Refusal {
  return new Refusal(restws(406, `Entity property ${property} doesn't support writing.`));
}

/** An exception that nothing catches: a 500 page. */
export function crashed(): Refusal {
  return new Refusal(crash());
}

/** Any scalar is a text. */
export function textValue(where: string, property: string, value: unknown): string {
  if (value === null || typeof value === 'object' || value === undefined)
    throw invalidValue(where, property, value);
  return asPhpText(value);
}

/** A whole number or its digits; true and false are none. */
export function integerValue(where: string, property: string, value: unknown): string {
  if (Number.isInteger(value) || (typeof value === 'string' && /^-?\d+$/.test(value))) return String(value);
  throw invalidValue(where, property, value);
}

/** Another entity, as its id (number or digits) or `{"id": …}`. */
export function referenceValue(where: string, property: string, value: unknown): string {
  const id = asObject(value)?.id ?? value;
  return integerValue(where, property, id);
}

/** The body of a write as properties. PHP cannot tell `[]` from `{}`. */
export function propertiesOf(json: unknown): Record<string, unknown> {
  const object = Array.isArray(json) && json.length === 0 ? {} : asObject(json);
  if (object === undefined) throw crashed();
  return object;
}

function asPhpText(value: unknown): string {
  if (value === true) return '1';
  if (value === false || value === null || value === undefined) return '';
  return typeof value === 'object' ? 'Array' : String(value);
}
