// This package as `npm install -g` installs it: packed, and installed by npm under a prefix of its own. The dependencies
// are bundled from this checkout's node_modules, so that npm asks no registry.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ownDatabase, root } from './folder.ts'

export interface Installed {
  readonly folder: string
  /** Where the commands are. */
  readonly bin: string
  /** For a shell that knows these commands, and of this machine what `env node` needs. */
  readonly env: Readonly<Record<string, string>>
  remove(): void
}

/** Takes a quarter of a minute: once for a file of tests. */
export function installGlobally(prefixName: string): Installed {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'slipway-installed-')))
  const home = join(folder, 'home')
  const prefix = join(folder, prefixName)
  mkdirSync(home)
  mkdirSync(prefix)
  const path = `${dirname(process.execPath)}:/usr/bin:/bin`
  // No file and no cache of this user's npm.
  const env = { HOME: home, PATH: path, npm_config_cache: join(home, 'cache'), npm_config_update_notifier: 'false' }
  const npm = (cwd: string, ...args: string[]) =>
    execFileSync('npm', [...args, '--offline', '--ignore-scripts'], { cwd, env, encoding: 'utf-8', stdio: 'pipe' })

  npm(root, 'pack', '--pack-destination', folder)
  const { name, version } = readJson(join(root, 'package.json')) as { name: string; version: string }
  execFileSync('tar', ['xzf', `${name}-${version}.tgz`], { cwd: folder })
  bundleDependencies(join(folder, 'package'))
  npm(folder, 'install', '--global', '--prefix', prefix, '--install-links', '--no-audit', '--no-fund', './package')

  const bin = join(prefix, 'bin')
  return {
    folder,
    bin,
    env: { HOME: home, PATH: `${bin}:${path}`, NO_COLOR: '1', ...ownDatabase },
    remove: () => rmSync(folder, { recursive: true }),
  }
}

/** What npm would fetch is in the package: npm leaves bundled packages as they are. */
function bundleDependencies(folder: string): void {
  const file = join(folder, 'package.json')
  const manifest = readJson(file) as { dependencies: Record<string, string> }
  writeFileSync(file, JSON.stringify({ ...manifest, bundleDependencies: Object.keys(manifest.dependencies) }))
  const { packages } = readJson(join(root, 'package-lock.json')) as { packages: Record<string, { dev?: boolean }> }
  for (const [path, { dev = false }] of Object.entries(packages)) {
    // Those below another package come with it; optional ones of another platform are not there.
    const isTop = path.startsWith('node_modules/') && path.lastIndexOf('node_modules/') === 0
    if (!isTop || dev || !existsSync(join(root, path))) continue
    cpSync(join(root, path), join(folder, path), { recursive: true })
  }
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf-8'))
}
