// What a service says of itself to get its db-manage command. Types only.
import type { OptionGroup } from '../../config/index.ts'
import type { OnlineMigrations } from '../online.ts'
import type { PurgeResources } from '../purge.ts'
import type { Table } from '../schema/table.ts'

export interface DbManageSetup {
  /** The command's name: `shop-db-manage`. */
  readonly prog: string
  /** Whose configuration files are searched: `shop` for /etc/shop/shop.conf. */
  readonly project?: string
  /** What `--version` and `version` show. */
  readonly version?: string
  readonly description?: string
  /** All groups of the service's configuration; [database] is added when it is not among them. */
  readonly groups: readonly OptionGroup[]
  /**
   * A folder of the package whose manifest names the folders of revision files in its group `slipway.migrations`, or
   * the URL of a module of it; without it, the package of the command.
   */
  readonly from?: string
  /** The declared tables, for `check` and `revision --autogenerate`; a function loads them when they are needed. */
  readonly tables?: readonly Table[] | (() => Promise<readonly Table[]>)
  /** What `purge_deleted` may remove. */
  readonly purge?: PurgeResources
  /** What `online_data_migrations` runs, by name and in this order. */
  readonly online?: OnlineMigrations
}
