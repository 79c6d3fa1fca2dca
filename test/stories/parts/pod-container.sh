#!/bin/sh
# Runs a command as a container of this image would run: its own file system, read-only, with what is mounted and nothing else of the
# machine's but its programs; as user 1000 where we may choose. Called in a mount namespace of its own: <root> <app> <mounts> <user>
# <command…>. <mounts> has lines "<from> <to>"; the environment is already the container's.
set -eu
root=$1 app=$2 mounts=$3 user=$4
shift 4
mount -t tmpfs -o mode=0755 tmpfs "$root"
for folder in bin lib lib64 sbin usr; do
  if [ -L "/$folder" ]; then
    cp -P "/$folder" "$root/$folder"
  elif [ -d "/$folder" ]; then
    mkdir "$root/$folder"
    mount --rbind "/$folder" "$root/$folder"
  fi
done
mkdir -p "$root/app" "$root/dev" "$root/etc" "$root/proc" "$root/run" "$root/var" "$root/tmp"
ln -s /run "$root/var/run"
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --bind "$app" "$root/app"
printf '127.0.0.1 localhost\n' > "$root/etc/hosts"
while read -r from to; do
  if [ -d "$from" ]; then
    mkdir -p "$root$to"
  else
    mkdir -p "$(dirname "$root$to")"
    : > "$root$to"
  fi
  mount --bind "$from" "$root$to"
done < "$mounts"
mount -o remount,bind,ro "$root/app"
mount -o remount,ro "$root"
if [ "$user" = root ]; then
  exec /usr/sbin/chroot "$root" setpriv --pdeathsig KILL --no-new-privs -- env --chdir=/app "$@"
fi
exec /usr/sbin/chroot "$root" setpriv --pdeathsig KILL --no-new-privs --reuid="$user" --regid="$user" --clear-groups -- \
  env --chdir=/app "$@"
