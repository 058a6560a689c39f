// `muster/codec`: payload encryption for services that talk to Muster's runs with `@temporalio/client` directly.
export { EncryptionCodec, type EncryptionCodecOptions, isEncrypted } from './codec';
export { dataConverter, failureConverterPath } from './data-converter';
export { type KeyFault, type KeyRing, KeyRingError, type KeyRingInput, newKey, parseKeyRing } from './keys';
export { type RandomSource, SealError, type SealProblem } from './seal';
