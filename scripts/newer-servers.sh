#!/usr/bin/env bash
# Runs tests against the servers of another Debian than this one, such as those to come:
#
#     scripts/newer-servers.sh trixie src/adapters/nats src/adapters/rabbitmq
#     scripts/newer-servers.sh sid src/adapters/nats src/adapters/rabbitmq
#
# As root, on a Debian that has debootstrap. What is installed is kept in .cache/debian-SUITE; the tests
# run inside of it, on this checkout.
set -euo pipefail
cd "$(dirname "$0")/.."

suite=${1:?Say which Debian: trixie, sid …}
shift
root="$PWD/.cache/debian-$suite"
readonly packages=nats-server,rabbitmq-server,kcat,openssl,procps,git,iproute2

if ! [[ -e $root/installed ]]; then
  mirror=$(awk '$1 == "URIs:" { print $2; exit }' /etc/apt/sources.list.d/debian.sources)
  rm -rf "$root"
  debootstrap --variant=minbase --include="$packages" "$suite" "$root" "$mirror"
  touch "$root/installed"
fi
cp /etc/hosts "$root/etc/hosts"
mkdir -p "$root$PWD"

# What is mounted is seen by these tests alone, and gone with them.
exec unshare --mount bash -euc '
  root=$1 checkout=$2
  shift 2
  mount --bind "$checkout" "$root$checkout"
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  exec chroot "$root" env -u NODE_EXTRA_CA_CERTS HOME=/root PATH="$checkout/node_modules/.bin:/usr/sbin:/usr/bin:/sbin:/bin" \
    bash -c "cd \"\$1\"; shift; node scripts/services.ts --list; exec node -C thereupon-source scripts/test.ts \"\$@\"" \
    _ "$checkout" "$@"
' _ "$root" "$PWD" "$@"
