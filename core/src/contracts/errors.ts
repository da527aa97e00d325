interface Failure {
  /** Exit status of the command: 1 internal · 2 usage · 3 data · 4 plugin · 5 model or trust · 6 external service · 7 state · 130 cancelled. */
  readonly exit: number;
  readonly http: number;
  readonly means: string;
  /** What to do next. */
  readonly hint: string;
}

/** Every failure a user can meet. The CLI, the API and docs/errors.md are made from this table and nothing else. */
export const catalogue = {
  INTERNAL: { exit: 1, http: 500, means: 'byoml itself failed.', hint: 'Run again with BYOML_DEBUG=1 and report the trace.' },
  CANCELLED: { exit: 130, http: 499, means: 'The run was stopped before it ended; nothing was written.', hint: 'Run the command again.' },

  USAGE_INVALID: { exit: 2, http: 400, means: 'The command line does not fit the command.', hint: 'See the command with --help.' },
  SETTINGS_INVALID: { exit: 2, http: 400, means: 'A setting is unknown or has a value that does not fit.', hint: 'See the settings with `byoml plugins info ADDRESS`.' },
  ADDRESS_INVALID: { exit: 2, http: 400, means: 'An address is not [@scope/]package/component[@version][:profile].', hint: 'See the addresses with `byoml plugins list`.' },
  PROFILE_UNKNOWN: { exit: 2, http: 400, means: 'The algorithm has no profile of that name.', hint: 'See the profiles with `byoml plugins info ADDRESS`.' },
  BUDGET_NEEDS_DAYS: { exit: 2, http: 400, means: 'A budget per day was asked of data or a model without days.', hint: 'Add a `day` column, or take the top of the file with --top.' },
  SECRET_MISSING: { exit: 2, http: 400, means: 'A secret is not set.', hint: 'Set the environment variable BYOML_SECRET_<NAME>.' },
  SAMPLE_IMPOSSIBLE: { exit: 2, http: 400, means: 'Sample data of that shape cannot be drawn: its pairs run out.', hint: 'Ask for less of what the message names, or for more users, resources or days.' },
  FOLDER_OCCUPIED: { exit: 2, http: 409, means: 'The target folder holds something that this command did not make.', hint: 'Choose a new or an empty folder.' },
  WORKSPACE_MISSING: { exit: 2, http: 404, means: 'The folder is no workspace: it has no folder `detections`.', hint: 'Make one with `byoml init DIR --source ADDRESS`.' },
  DETECTION_UNKNOWN: { exit: 2, http: 404, means: 'The workspace has no detection of that name.', hint: 'See the files in its folder `detections`.' },
  DETECTION_INVALID: { exit: 2, http: 422, means: 'A detection file is not what its schema asks for.', hint: 'Correct the place named in the message; docs/detections.md shows every key.' },
  RECORD_UNKNOWN: { exit: 2, http: 404, means: 'The workspace holds no run, alert, incident or model of that name.', hint: 'See `byoml runs list`, `byoml incidents list`, `byoml models list`; the evidence of an alert with `byoml explain ALERT`.' },

  FILE_MISSING: { exit: 3, http: 404, means: 'A file or folder does not exist or cannot be read.', hint: 'Check the path and its permissions.' },
  FORMAT_UNKNOWN: { exit: 3, http: 415, means: 'The format of a file cannot be told from its name.', hint: 'Use .csv, .jsonl or .parquet; the first two also as .gz.' },
  ENCODING_INVALID: { exit: 3, http: 422, means: 'A file is not UTF-8 text.', hint: 'Save it as UTF-8 (a byte-order mark is fine) and run again.' },
  FILE_CORRUPT: { exit: 3, http: 422, means: 'A file cannot be read as the format its name says.', hint: 'Repair or leave out the line or file named in the message.' },
  LINE_TOO_LONG: { exit: 3, http: 413, means: 'A line is longer than 4 MiB.', hint: 'Check that records are separated by line breaks.' },
  DATA_EMPTY: { exit: 3, http: 422, means: 'There are no rows to work on.', hint: 'Check the file, the window and the filters.' },
  COLUMNS_MISSING: { exit: 3, http: 422, means: 'The data lacks columns that are needed.', hint: 'Rename the columns, say where they are (`byoml check … --map user=Account`), or name a view with --view.' },
  CELL_INVALID: { exit: 3, http: 422, means: 'A cell does not fit its column.', hint: 'Correct or leave out the row named in the message.' },
  ROW_UNKNOWN: { exit: 3, http: 404, means: 'The data has no row of that number.', hint: 'Rows are counted from 1, without the header.' },
  SOURCE_CHANGED: { exit: 3, http: 409, means: 'A file of the source was rewritten while it was read; nothing was recorded.', hint: 'Run again; exports only append, so find out what rewrites the file.' },

  PLUGIN_NOT_FOUND: { exit: 4, http: 404, means: 'No installed plugin has that name.', hint: 'See what is installed with `byoml plugins list`.' },
  PLUGIN_MANIFEST_MISSING: { exit: 4, http: 422, means: 'The plugin has no byoml.plugin.json.', hint: 'Its author makes one with `byoml plugins pack`.' },
  PLUGIN_MANIFEST_INVALID: { exit: 4, http: 422, means: 'The plugin\'s byoml.plugin.json does not follow the schema.', hint: 'Its author makes one with `byoml plugins pack`.' },
  PLUGIN_INCOMPATIBLE: { exit: 4, http: 409, means: 'The plugin was made for another version of @byoml/core.', hint: 'Install a version of it whose peerDependencies accept this one.' },
  PLUGIN_IMPORT_FAILED: { exit: 4, http: 500, means: 'The plugin\'s code threw while it was imported.', hint: 'Reinstall it; if it stays, tell its author.' },
  PLUGIN_NOT_A_PLUGIN: { exit: 4, http: 422, means: 'The package\'s default export is not made by definePlugin.', hint: 'Its author writes `export default definePlugin({ … })`.' },
  PLUGIN_MANIFEST_STALE: { exit: 4, http: 409, means: 'The plugin\'s manifest differs from its code.', hint: 'Its author runs `byoml plugins pack` again.' },
  PLUGIN_DUPLICATE_COMPONENT: { exit: 4, http: 409, means: 'Two components share one address.', hint: 'Remove one of the two, or rename a component.' },
  COMPONENT_NOT_FOUND: { exit: 4, http: 404, means: 'The plugin has no component of that name and kind.', hint: 'See its components with `byoml plugins info PLUGIN`.' },
  COMPONENT_FAILED: { exit: 4, http: 500, means: 'A component threw an error of its own.', hint: 'Tell the plugin\'s author; the cause is in the details.' },
  COMPONENT_TIMED_OUT: { exit: 4, http: 504, means: 'A component did not answer within its declared wall time.', hint: 'Tell the plugin\'s author, or raise `wallMs` in its capabilities.' },
  ROWS_MISALIGNED: { exit: 4, http: 500, means: 'A component answered another number of rows than it was given.', hint: 'Tell the plugin\'s author: `byoml plugins verify` shows the broken check.' },
  SCORES_INVALID: { exit: 4, http: 500, means: 'A model answered a surprise that is not finite, or a status that does not exist.', hint: 'Tell the plugin\'s author: `byoml plugins verify` shows the broken check.' },
  SERVICE_MISSING: { exit: 4, http: 500, means: 'A component needs a service that this host does not provide.', hint: 'Install a byoml version that provides it.' },

  MODEL_MISSING: { exit: 5, http: 404, means: 'The folder holds no model.', hint: 'Make one with `byoml train`.' },
  MODEL_FOREIGN: { exit: 5, http: 422, means: 'The model was made by another algorithm or a newer format.', hint: 'Use the algorithm and byoml version named in its manifest.' },
  MODEL_CORRUPT: { exit: 5, http: 422, means: 'A file of the model differs from its digest, is missing, or does not belong there.', hint: 'Restore the folder from its origin or train again.' },
  MODEL_INVALID: { exit: 5, http: 422, means: 'The model\'s files are intact but do not hold a valid model.', hint: 'Train again.' },
  TRAINING_UNSUPPORTED: { exit: 5, http: 409, means: 'The algorithm only runs models trained elsewhere.', hint: 'Import a model with `byoml import`.' },
  EXPLAIN_UNSUPPORTED: { exit: 5, http: 409, means: 'The algorithm does not explain its scores.', hint: 'See `byoml plugins info ADDRESS` for one that does.' },
  MODEL_UNCALIBRATED: { exit: 5, http: 409, means: 'The model has no p-values, so no rule can use it.', hint: 'Train on data with more days or more users.' },

  MODEL_FORMAT_REFUSED: { exit: 5, http: 422, means: 'A model file has a format that can run code, or is not what its format allows.', hint: 'Convert it in its own framework to ONNX or safetensors; the message names the place.' },
  TRUST_REFUSED: { exit: 5, http: 422, means: 'A signature, a digest or the metadata of a registry does not hold.', hint: 'Do not use what was refused; ask the registry or the author named in the message.' },

  CONSENT_MISSING: { exit: 5, http: 403, means: 'A plugin asks for something that nobody has agreed to, or is signed with a key that nobody has accepted.', hint: 'Read what the message names, then agree: --yes, and for what an update adds --grant, for a new key --accept-key.' },
  POLICY_REFUSED: { exit: 5, http: 403, means: 'The organisation\'s policy does not allow the plugin.', hint: 'See the rules in the policy file, or ask whoever keeps it.' },
  PLUGIN_WITHDRAWN: { exit: 5, http: 410, means: 'An advisory names exactly these bytes, or the version was withdrawn from new installations.', hint: 'Install another version; `byoml plugins audit` says why and until when.' },
  SANDBOX_REQUIRED: { exit: 5, http: 403, means: 'A community plugin runs only in a sandbox, which this version of byoml does not have yet.', hint: 'Read its code; to run it without one, as your own code would, say --allow-level L0, which is recorded.' },

  REGISTRY_FAILED: { exit: 6, http: 502, means: 'A registry cannot be reached or does not answer as one.', hint: 'Check the address given with --registry; run again when it is reachable.' },
  NPM_FAILED: { exit: 6, http: 502, means: 'The npm client is not there or could not install or pack.', hint: 'Check that `npm --version` works; its last lines are in the details.' },
  AUTHENTICATION_REQUIRED: { exit: 6, http: 401, means: 'The registry does not know who asks.', hint: 'Log in with `npm login --registry URL`, or use a token that has not expired.' },
  ACCESS_DENIED: { exit: 6, http: 403, means: 'The account or its token may not do that.', hint: 'Ask an owner of the package, or use a token of the right scope.' },
  PACKAGE_UNKNOWN: { exit: 6, http: 404, means: 'The registry has no package, version or file of that name, or it is not visible yet.', hint: 'Check the name; the message says when a version appears.' },
  VERSION_EXISTS: { exit: 6, http: 409, means: 'That version was published before; a version never changes, also after it was withdrawn.', hint: 'Publish under a higher version.' },
  REQUEST_INVALID: { exit: 6, http: 400, means: 'The registry cannot read the request.', hint: 'Use the stock npm client; the message names the place.' },
  REQUEST_TOO_LARGE: { exit: 6, http: 413, means: 'The request is larger than the registry accepts.', hint: 'Leave out what the package does not need; large models belong in blobs of their own.' },
  PUBLISH_REFUSED: { exit: 6, http: 422, means: 'A check of the registry does not accept the package.', hint: 'Correct what the findings name, then publish again; `byoml publish --dry-run` runs the same checks.' },
  PUBLISH_LIMITED: { exit: 6, http: 429, means: 'The account published more than it may in so short a time; it is frozen for a while.', hint: 'Wait until the time in the message, or ask the registry\'s administrator.' },

  SERVICE_UNAVAILABLE: { exit: 6, http: 503, means: 'A service cannot be reached, does not answer in time, or says that it cannot answer now.', hint: 'Check the address and the network, then run again: what was stored stays stored, what was not sent is sent then.' },
  SERVICE_THROTTLED: { exit: 6, http: 429, means: 'A service was asked more often than it allows, and waiting did not help.', hint: 'Run again later, or less often; what was not sent is sent then.' },
  SERVICE_REFUSED: { exit: 6, http: 422, means: 'A service does not accept a request or its content.', hint: 'Correct what the message names.' },
  CREDENTIAL_INVALID: { exit: 6, http: 401, means: 'A service does not accept the credential: it is wrong, has expired, or was made for something else.', hint: 'Sign in again (`az login`), or renew the SAS or secret. A clock that is wrong by minutes looks the same.' },
  ROLE_MISSING: { exit: 6, http: 403, means: 'A service knows the credential, but it may not do that.', hint: 'Give the identity the role named in the message; it takes some minutes to work.' },
  RESOURCE_UNKNOWN: { exit: 6, http: 404, means: 'A service has no container, topic, rule, stream or table of that name.', hint: 'Check the name in the message; what was made minutes ago may not be visible yet.' },
  CERTIFICATE_INVALID: { exit: 6, http: 502, means: 'The certificate of a service is not trusted.', hint: 'Where a proxy of your own stands between, name its certificate in the environment variable NODE_EXTRA_CA_CERTS.' },

  WRITE_FAILED: { exit: 7, http: 507, means: 'A file or folder could not be written; what was there before is unchanged.', hint: 'Check the free space and the permissions of the target.' },
  STORAGE_KEY_INVALID: { exit: 7, http: 400, means: 'A name in the registry\'s storage is not a relative path of lower-case parts.', hint: 'Use letters a-z, digits, "@", ".", "_", "-" and "/".' },
  STORAGE_FAILED: { exit: 7, http: 503, means: 'The registry\'s storage could not be read or written.', hint: 'Check the storage named in the message; nothing half-written stays behind.' },
  STATE_LOCKED: { exit: 7, http: 423, means: 'Another byoml process is working in this workspace.', hint: 'Wait until it has ended; a process that died holds no lock.' },
  STATE_FAILED: { exit: 7, http: 503, means: 'The state of the workspace could not be read or written; the last whole run is intact.', hint: 'Check free space, permissions and that the folder is on a local disk.' },
  STATE_NEWER: { exit: 7, http: 409, means: 'The state of the workspace was made by a newer byoml.', hint: 'Use that version, or restore the state from a backup.' },
  CLOCK_BEHIND: { exit: 7, http: 409, means: 'The clock of this machine is behind what the workspace has already recorded.', hint: 'Correct the clock; nothing was changed.' },
  MEMORY_EXCEEDED: { exit: 7, http: 507, means: 'The engine ran out of the memory and the spill space it was given.', hint: 'Raise the engine\'s memory limit or free disk space.' },
} as const satisfies Record<string, Failure>;

export type ErrorCode = keyof typeof catalogue;

/** One class; what differs is the code. Messages say what, where, because of what. */
export class ByomlError extends Error {
  override readonly name = 'ByomlError';
  readonly code: ErrorCode;
  readonly exit: number;
  readonly http: number;
  readonly hint: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: { readonly details?: Readonly<Record<string, unknown>>; readonly cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.details = options.details ?? {};
    ({ exit: this.exit, http: this.http, hint: this.hint } = catalogue[code]);
  }
}

/** Whether something thrown is a ByomlError, also one of another copy of this package. */
export const isByomlError = (thrown: unknown): thrown is ByomlError => thrown instanceof Error && thrown.name === 'ByomlError' && 'code' in thrown && 'exit' in thrown;
