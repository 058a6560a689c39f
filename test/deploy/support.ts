// Reads the files of the production shape as their programs would.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';

export const ROOT = resolve(__dirname, '../..');

export function read(path: string): string {
  return readFileSync(resolve(ROOT, path), 'utf8');
}

/** YAML with merge keys (`<<`), as Compose reads it. */
export function readYaml<T>(path: string): T {
  return parse(read(path), { merge: true }) as T;
}

type Conditions = Record<string, { condition: string }>;

export interface Service {
  image: string;
  build?: string;
  command?: string[];
  entrypoint?: string[];
  restart?: string;
  profiles?: string[];
  environment?: Record<string, string>;
  secrets?: string[];
  volumes?: string[];
  ports?: string[];
  depends_on?: Conditions;
  healthcheck?: { test: string[] };
  deploy?: { replicas?: number };
  stop_grace_period?: string;
  read_only?: boolean;
}

export interface ComposeFile {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
  secrets: Record<string, { file?: string }>;
  configs: Record<string, { file?: string }>;
}

export const compose = readYaml<ComposeFile>('docker-compose.yml');

export function service(name: string): Service {
  const found = compose.services[name];
  if (!found) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
}
