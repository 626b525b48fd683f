// The options of a pool, as SQLAlchemy means them, in numbers that the pools of Node take. Pure.
import type { DatabaseSettings } from '../options.ts'

export interface PoolSize {
  /** The most connections at once. */
  readonly size: number
  /** How many stay open. */
  readonly idle: number
  /** How long a connection is waited for; 0 without end. */
  readonly acquireMs: number
  /** Age at which a connection is replaced; 0 never. */
  readonly recycleSeconds: number
}

const unlimited = 1_000_000
const defaultTimeout = 30

export function poolOf(settings: DatabaseSettings): PoolSize {
  const { max_pool_size, max_overflow, pool_timeout, connection_recycle_time } = settings
  const isUnlimited = max_pool_size === 0 || max_overflow === -1
  return {
    size: isUnlimited ? unlimited : max_pool_size + max_overflow,
    idle: max_pool_size === 0 ? unlimited : max_pool_size,
    acquireMs: (pool_timeout ?? defaultTimeout) * 1000,
    recycleSeconds: Math.max(0, connection_recycle_time),
  }
}
