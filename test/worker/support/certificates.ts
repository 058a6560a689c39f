// Certificates made when a test needs them, so that no private key lies in the repository: a little DER, since Node signs
// but makes no certificates.
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export interface Certificate {
  /** PEM. */
  certificate: string;
  /** PEM, PKCS #8. */
  key: string;
}

export interface Authority extends Certificate {
  /** A certificate for this DNS name, good for servers and clients. */
  issue(name: string): Certificate;
}

/** A certificate authority that nobody else trusts. */
export function newAuthority(): Authority {
  const name = 'Muster test authority';
  const keys = newKeys();
  return {
    ...certify({ subject: name, issuer: name, keys, signer: keys.privateKey, extensions: [AUTHORITY] }),
    issue(host) {
      const own = newKeys();
      const extensions = [names(host)];
      return certify({ subject: host, issuer: name, keys: own, signer: keys.privateKey, extensions });
    },
  };
}

const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

interface Request {
  subject: string;
  issuer: string;
  keys: { publicKey: KeyObject; privateKey: KeyObject };
  signer: KeyObject;
  extensions: Buffer[];
}

function certify({ subject, issuer, keys, signer, extensions }: Request): Certificate {
  const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
  const serial = randomBytes(8);
  serial[0] = 0x01;
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    ecdsaWithSha256,
    distinguished(issuer),
    sequence(time('20200101000000Z'), time('21200101000000Z')),
    distinguished(subject),
    keys.publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = bits(sign('sha256', body, signer));
  return {
    certificate: pem(sequence(body, ecdsaWithSha256, signature)),
    key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}

/** basicConstraints, critical: an authority. */
const AUTHORITY = sequence(
  oid('551d13'),
  der(0x01, Buffer.from([0xff])),
  der(0x04, sequence(der(0x01, Buffer.from([0xff])))),
);

/** subjectAltName: one DNS name. */
function names(host: string): Buffer {
  return sequence(oid('551d11'), der(0x04, sequence(der(0x82, Buffer.from(host)))));
}

function distinguished(commonName: string): Buffer {
  return sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(commonName)))));
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function time(generalized: string): Buffer {
  return der(0x18, Buffer.from(generalized));
}

function bits(content: Buffer): Buffer {
  return der(0x03, Buffer.concat([Buffer.from([0]), content]));
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function pem(content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
