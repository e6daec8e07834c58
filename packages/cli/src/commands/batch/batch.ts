/** `nomyo batch`: a file of requests in, a file of answers out, however often it is killed between. */
import { isObject } from '@nomyo/base';
import { lockDirectory, type DirectoryLease } from '@nomyo/keystore';
import { countsText, Tally } from '../../batch/count.js';
import { batchFlags } from '../../batch/flags.js';
import { checkInput } from '../../batch/input/check.js';
import { readInput } from '../../batch/input/read-input.js';
import { parseRequest } from '../../batch/input/request.js';
import { readSelection } from '../../batch/input/selection.js';
import { errorsOf, openBatch, refuseForeign, type OpenParts } from '../../batch/open.js';
import { checkPlaces } from '../../batch/places.js';
import { makePlan } from '../../batch/plan.js';
import { failuresOf, reopen } from '../../batch/reopen.js';
import type { Asked, Runs } from '../../batch/journal/record.js';
import { inRuns } from '../../batch/journal/runs.js';
import { queuePlace } from '../../batch/fleet/redis.js';
import { tierOf } from '../../client/config.js';
import { limitOf } from '../../client/rate.js';
import type { Context } from '../../context.js';
import { CommandFailed, UsageError } from '../../exit/codes.js';
import { readPublicKey } from '../../sealed-file.js';
import { checkWorkerFlags } from './fleet.js';
import { runOpened, type Checked } from './run.js';
import { tellEnd } from './tell.js';

/** As `--local` calls it. */
const LOCAL_MODEL = 'local';

/** How long another run of the same batch is waited for, in ms. */
const LOCK_MS = 20_000;

/** Exits 1 when some lines failed. */
export async function run(context: Context): Promise<void> {
  const flags = batchFlags(context.flags, context.words);
  const plan = await makePlan(flags);
  const { settings, signal } = context;
  const defaultModel = settings.model ?? (settings.local === true ? LOCAL_MODEL : undefined);
  const parts = { defaultModel, signal };
  const input = await checkInput(plan.input, parts);
  const checked = { context, flags, plan, input, defaultModel };
  await (flags.dryRun ? tellCounts(checked) : runPlan(checked));
}

async function runPlan(checked: Checked): Promise<void> {
  const { flags, plan, input, context } = checked;
  const { paths, selectedBy, reopens } = plan;
  if (paths === undefined) throw new UsageError('-o is missing: name the file that the answers go to');
  checkPlaces(paths, { IN: input.path, '--retry': selectedBy });
  const selection = selectedBy === undefined ? undefined : await readSelection(selectedBy, input);
  const key = flags.sealTo === undefined ? undefined : await readPublicKey(flags.sealTo, '--seal-to');
  const place = await queuePlace(context);
  if (place !== undefined) checkWorkerFlags(context);
  const { atMostOnce } = flags;
  const isFleet = place !== undefined;
  const sealedTo = key?.fingerprint;
  const asked = askedOf(checked, isFleet);
  const parts: OpenParts = { input, paths, selection, asked, reopens, atMostOnce, sealedTo, isFleet };
  // A refusal leaves no files, not even a lock; under the lock everything is checked again.
  await refuseForeign(parts);
  const lease = await lock(paths.output);
  try {
    let batch = await openBatch(parts);
    if (batch.kind === 'finished' && reopens && batch.end.failed > 0) {
      await reopen({ ...batch.header, errors: errorsOf(paths) }, batch.end);
      batch = await openBatch(parts);
    }
    if (batch.kind === 'finished') tellEnd(context, batch.end, { isOld: true });
    else await runOpened(batch, { ...checked, paths, key, place, asked });
  } catch (error) {
    throw ofTheDisk(error, paths.output);
  } finally {
    await lease.release();
  }
}

function askedOf({ context, input, defaultModel }: Checked, isFleet: boolean): Asked {
  const { local, baseUrl } = context.settings;
  return {
    model: input.takesModel ? (defaultModel ?? null) : null,
    tier: tierOf(context) ?? null,
    router: isFleet ? null : local === true ? '--local' : (baseUrl ?? null),
  };
}

/** Calls of the system that write a batch's files. */
const WRITING = /^(open|write|ftruncate|fdatasync|fsync|rename|fchmod)$/u;

/** Errors of the disk with advice; other errors unchanged. */
function ofTheDisk(error: unknown, output: string): unknown {
  const { code, syscall } = isObject(error) ? error : {};
  if (typeof code !== 'string' || typeof syscall !== 'string' || !WRITING.test(syscall)) return error;
  return new CommandFailed(
    `${output}, or a file next to it, cannot be written (${code}); what was answered is kept: start the same command again`,
  );
}

/** Two runs of one batch would send every line twice. */
async function lock(output: string): Promise<DirectoryLease> {
  try {
    return await lockDirectory(`${output}.lock`, AbortSignal.timeout(LOCK_MS));
  } catch (error) {
    const isLate = isObject(error) && error['name'] === 'TimeoutError';
    const why = isLate ? 'is being written by another run of this batch' : 'cannot be written there';
    throw new UsageError(`${output} ${why}`);
  }
}

async function tellCounts(checked: Checked): Promise<void> {
  const { context, flags, input, defaultModel } = checked;
  const { settings, output } = context;
  const runs = await chosenLines(checked);
  const takesPart = runs === undefined ? () => true : inRuns(runs);
  const tally = new Tally();
  for await (const { index, text } of readInput(input.path)) {
    if (takesPart(index)) tally.add(parseRequest(text, defaultModel));
  }
  const counts = tally.counts(limitOf(settings, flags.rate)?.requestsPerSecond);
  if (output.json) output.data(counts);
  else output.line(countsText(input.path, counts));
}

/** @returns the lines that --retry chooses; `undefined`: all */
async function chosenLines({ plan, input }: Checked): Promise<Runs | undefined> {
  const { selectedBy, reopens, paths } = plan;
  if (selectedBy !== undefined) return (await readSelection(selectedBy, input)).runs;
  return reopens && paths !== undefined ? failuresOf(paths.output) : undefined;
}
