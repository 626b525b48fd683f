#!/usr/bin/env bash
# Runs a command beside a PostgreSQL and a MariaDB of its own: tools/test-databases.sh npx vitest run test/db
# Each listens on a free port of 127.0.0.1, with its data in a temporary folder; the command finds them in
# TEST_POSTGRESQL_URL and TEST_MYSQL_URL. Both are gone when it ends. One that is not installed is left out, and said so.
set -euo pipefail

[ $# -gt 0 ] || { echo "usage: $0 COMMAND [ARGUMENT ...]" >&2; exit 64; }
folder=$(mktemp -d "${TMPDIR:-/tmp}/test-databases-XXXXXX")
chmod 755 "$folder"
pg_pid=
my_pid=

# The data is thrown away, so nothing has to be written first. PostgreSQL ends its processes on QUIT; MariaDB is one.
stop() {
  [ -z "$my_pid" ] || { kill -KILL "$my_pid" && wait "$my_pid"; } 2>/dev/null || true
  [ -z "$pg_pid" ] || { kill -QUIT "$pg_pid" && wait "$pg_pid"; } 2>/dev/null || true
  rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })'
}

# Neither runs as root.
as_user() {
  local user=$1 group
  shift
  if [ "$(id -u)" -ne 0 ]; then exec "$@"; fi
  id -u "$user" >/dev/null 2>&1 || user=nobody
  group=$(id -g "$user")
  exec setpriv --reuid="$user" --regid="$group" --clear-groups "$@"
}

own() {
  mkdir -p "$folder/$2"
  if [ "$(id -u)" -eq 0 ]; then chown "$1" "$folder/$2" 2>/dev/null || chown nobody "$folder/$2"; fi
}

# until_ready NAME PID LOG COMMAND...
until_ready() {
  local name=$1 pid=$2 log=$3
  shift 3
  for _ in $(seq 300); do
    if "$@" >/dev/null 2>&1; then return 0; fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  echo "$name did not start:" >&2
  tail -n 20 "$log" >&2
  exit 69
}

postgres_bin() {
  local bin
  bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
  if [ -n "$bin" ]; then echo "$bin"; else dirname "$(command -v initdb 2>/dev/null)" 2>/dev/null; fi
}

start_postgresql() {
  pg_bin=$1
  pg_port=$(free_port)
  own postgres postgresql
  echo test >"$folder/password"
  (as_user postgres "$pg_bin/initdb" -D "$folder/postgresql/data" -U slipway --pwfile="$folder/password" \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C --no-sync) >"$folder/initdb.log" 2>&1 ||
    { echo "initdb failed:" >&2; cat "$folder/initdb.log" >&2; exit 69; }
  (as_user postgres "$pg_bin/postgres" -D "$folder/postgresql/data" -p "$pg_port" -h 127.0.0.1 -k "$folder/postgresql" \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 -c jit=off) >"$folder/postgresql.log" 2>&1 &
  pg_pid=$!
  export TEST_POSTGRESQL_URL="postgresql://slipway:test@127.0.0.1:$pg_port/postgres"
}

# A server that starts deletes what another has in the same folder of temporary tables.
start_mariadb() {
  my_port=$(free_port)
  my_socket="$folder/mariadb/sock"
  own mysql mariadb
  (as_user mysql mariadb-install-db --no-defaults --datadir="$folder/mariadb/data" --tmpdir="$folder/mariadb" --skip-test-db \
    --auth-root-authentication-method=normal --innodb-flush-method=nosync --innodb-use-native-aio=0) >"$folder/mariadb-install.log" 2>&1 ||
    { echo "mariadb-install-db failed:" >&2; grep -iE "error|fail" "$folder/mariadb-install.log" | head -n 20 >&2; exit 69; }
  (as_user mysql "$(command -v mariadbd || echo /usr/sbin/mariadbd)" --no-defaults --datadir="$folder/mariadb/data" \
    --socket="$my_socket" --tmpdir="$folder/mariadb" --pid-file="$folder/mariadb/pid" --port="$my_port" --bind-address=127.0.0.1 --skip-log-bin \
    --innodb-flush-log-at-trx-commit=0 --innodb-use-native-aio=0 --innodb-flush-method=nosync --innodb-buffer-pool-size=64M \
    --innodb-log-file-size=16M --skip-name-resolve --max-connections=200 --character-set-server=utf8mb4) >"$folder/mariadb.log" 2>&1 &
  my_pid=$!
  export TEST_MYSQL_URL="mysql://slipway:test@127.0.0.1:$my_port/mysql"
}

pg_bin=$(postgres_bin || true)
if [ -n "$pg_bin" ]; then start_postgresql "$pg_bin"; else echo "no PostgreSQL on this machine: its tests are not run" >&2; fi
if command -v mariadb-install-db >/dev/null; then
  start_mariadb
  until_ready MariaDB "$my_pid" "$folder/mariadb.log" mariadb-admin --no-defaults --socket="$my_socket" -u root ping
  mariadb --no-defaults --socket="$my_socket" -u root -e \
    "create user slipway@'127.0.0.1' identified by 'test'; grant all on *.* to slipway@'127.0.0.1' with grant option"
else
  echo "no MariaDB on this machine: its tests are not run" >&2
fi
[ -z "$pg_bin" ] || until_ready PostgreSQL "$pg_pid" "$folder/postgresql.log" "$pg_bin/pg_isready" -h 127.0.0.1 -p "$pg_port"

# Not exec, as this shell stops them.
status=0
"$@" || status=$?
exit "$status"
