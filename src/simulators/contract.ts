// What a simulated vendor has to tell of itself, and what the shared server gives it in return.
// A further vendor is one file that holds a `VendorRules`, and one line in the registry of index.ts.

/** One request as a vendor's rules see it: whole, read, and stamped with one moment. */
export interface VendorRequest {
  readonly method: string;
  /** `http://127.0.0.1:12345`, for links in replies. */
  readonly origin: string;
  /** Path and query exactly as sent. */
  readonly url: string;
  /** Path as sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** The body parsed as JSON; undefined when it is none. */
  readonly json: unknown;
  readonly remoteAddress: string;
  /** Milliseconds since 1970; the same for the whole request. */
  readonly now: number;
  /** True when a fault wants the session or token of this request to have run out. */
  readonly expired: boolean;
  /** From when on reads and searches may find what this request makes (milliseconds since 1970). */
  readonly visibleFrom: number;
}

/** What a vendor answers. */
export interface VendorReply {
  readonly status: number;
  /** The status line's words, where they are not the usual ones. */
  readonly reason?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** True when the request changed something at the vendor. */
  readonly wrote?: boolean;
}

/** One named call of a vendor's interface. */
export interface Route {
  /** The name that fault plans and recorded requests use, such as `create user`. */
  readonly call: string;
  readonly method: string;
  /** Matched against the path; its groups are handed to `answer`, percent-decoded. */
  readonly path: RegExp;
  /** For vendors that tell calls apart by more than method and path. */
  readonly when?: (request: VendorRequest) => boolean;
  readonly answer: (request: VendorRequest, ...groups: string[]) => VendorReply;
}

/** A person as every vendor can be asked about them, whatever its own tables look like. */
export interface SimulatedPerson {
  readonly id: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  /** The value by which our own create can be found again (design.md, "marker"); null where there is none. */
  readonly marker: string | null;
  readonly status: string;
  readonly roles: readonly (number | string)[];
  /** Profiles, assessments, assignments: whatever hangs on the person. */
  readonly profiles: readonly Readonly<Record<string, unknown>>[];
  /** The vendor's own further fields. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Something to be there before the first request. Each vendor's `seed` documents its further members. */
export interface SeedEntity {
  /** What it is; `user` when left out. */
  readonly kind?: string;
  readonly email?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly marker?: string;
  readonly status?: string | number;
  readonly roles?: readonly (number | string)[];
  readonly [member: string]: unknown;
}

/** A mail that the vendor would have sent. */
export interface SentMail {
  readonly at: string;
  readonly to: string;
  readonly what: string;
}

/** Settings that every vendor has. */
export interface CommonSettings {
  /** For so long reads and searches do not find what a call made. Default 0. */
  lateVisibilityMs: number;
}

/** What the server lends to a vendor's rules. `settings` is live: read it at each request. */
export interface World<Settings extends object> {
  readonly settings: Readonly<Settings & CommonSettings>;
  /** Records a mail. */
  mail(to: string, what: string): void;
}

/** A vendor with its tables, as long as it is not reset. */
export interface VendorSite {
  readonly routes: readonly Route[];
  /** Runs before the routes: credentials, maintenance, limits. A reply ends the request. */
  admit?(request: VendorRequest, call: string): VendorReply | undefined;
  /** The answer where no route fits. */
  unknown(request: VendorRequest): VendorReply;
  /** Runs after every answer, for headers that the vendor adds everywhere. */
  finish?(request: VendorRequest, reply: VendorReply): VendorReply;
  /** The vendor's (or its proxy's) usual page for 429, 500, 502 and 503. */
  failure(status: number): VendorReply;
  people(): SimulatedPerson[];
  state(): unknown;
  seed(entity: SeedEntity): string;
}

/** All that is particular to one vendor. */
export interface VendorRules<Settings extends object> {
  readonly vendor: string;
  /** Every switch with its default; `set` accepts these names and kinds of value only. */
  readonly defaults: Settings;
  /** Request headers whose values are not shown in recordings. */
  readonly secretHeaders: readonly string[];
  /** Members of a JSON body that are not shown in recordings. */
  readonly secretMembers?: readonly string[];
  /** A fresh, empty vendor. Called at start and at each reset. */
  open(world: World<Settings>): VendorSite;
  /** What a connection of muster.yaml must hold to log in, by its keys there. */
  credentials(settings: Settings): Record<string, string>;
  /** The other keys a connection needs, beside vendor, baseUrl and credentials. */
  connection?(settings: Settings): Record<string, unknown>;
}

/** One request as the recording shows it. */
export interface RecordedRequest {
  readonly number: number;
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON where it is JSON, else the text; null when there was none. */
  readonly body: unknown;
  readonly call: string;
  /** Null while under way and when no status was ever sent. */
  readonly status: number | null;
  /** Kinds of the faults applied, joined by `+`. */
  readonly fault: string | null;
  /** Whether anything was changed at the vendor. */
  readonly committed: boolean;
}

/** A running vendor. */
export interface RunningSimulator {
  readonly vendor: string;
  /** The server's origin, such as http://127.0.0.1:12345. */
  readonly url: string;
  readonly credentials: Record<string, string>;
  /** The whole minimal connection block for muster.yaml. */
  connection(): Record<string, unknown>;
  people(): SimulatedPerson[];
  /** All of the vendor's own tables, and the settings as they are. */
  state(): unknown;
  requests(): RecordedRequest[];
  mails(): SentMail[];
  inject(fault: FaultPlan): void;
  clearFaults(): void;
  /** Back to the state after start: tables, recordings, faults, settings. */
  reset(): void;
  /** Changes a setting at run time; throws on an unknown name or another kind of value. */
  set(setting: string, value: unknown): void;
  /** Puts something there without a request; returns its id. */
  seed(entity: SeedEntity): string;
  close(): Promise<void>;
}

/** Where and how a simulator listens. */
export interface SimulatorOptions {
  /** Default 0: any free port. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** The vendor's own settings (see its file) and `lateVisibilityMs`. */
  settings?: Readonly<Record<string, unknown>>;
}

/** Which requests a fault meets. Without any member: the next one. */
export interface FaultAim {
  /** Name of the call; any when left out. */
  call?: string;
  match?: (request: RecordedRequest) => boolean;
  /** Matches when path, query or body contain this text; the JSON twin of `match`. */
  contains?: string;
  /** Only from the nth matching request on, counted from 1. */
  nth?: number;
  /** To how many matching requests it is applied. Default 1. */
  times?: number | 'always';
}

/** One fault type for each kind that has no arguments. */
type Bare<Kind extends string> = Kind extends string ? { kind: Kind } : never;

/** Faults that decide how the reply goes out. At most one is applied to a request. */
export type ReplyFault =
  | Bare<'drop-before' | 'drop-after' | 'reset-mid-body' | 'malformed' | 'truncated' | 'empty'>
  /** `retryAfter`: seconds, or an HTTP date as text; null sends no header. Default 1. */
  | { kind: 'rate-limited'; retryAfter?: number | string | null }
  /** `status` default 500. */
  | { kind: 'error-before' | 'error-after'; status?: number }
  /** A 200 HTML page; `committed` default true. */
  | { kind: 'html'; committed?: boolean }
  /** Default `text/html; charset=UTF-8`. */
  | { kind: 'wrong-content-type'; contentType?: string }
  /** A 302; `location` default `/`, `committed` default false. */
  | { kind: 'redirect'; location?: string; committed?: boolean }
  /** `bytes` default 20 MB. */
  | { kind: 'huge'; bytes?: number }
  /** A status outside the known range; `status` default 999, `committed` default true. */
  | { kind: 'garbage-status'; status?: number; committed?: boolean };

/** Faults that change how a request is worked on; they combine with each other and with a ReplyFault. */
export type WorkFault =
  /** Waits before the reply; `commit` says whether the work is done before (default) or after the wait. */
  | { kind: 'slow'; delayMs: number; commit?: 'before' | 'after' }
  | { kind: 'expired-token' }
  /** What this call makes is not found by reads and searches for so long. */
  | { kind: 'late-visibility'; delayMs: number };

/** One planned fault. */
export type FaultPlan = FaultAim & (ReplyFault | WorkFault);
