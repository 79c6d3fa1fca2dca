#!/bin/sh
# with-libatomic.sh PROGRAM ARGUMENT…: runs a program that is linked against libatomic.so.1, as Node 26 is. A bare Debian
# lacks that library: it is then fetched into the cache, without root. Everywhere else this only runs the program.
has() { for file in "$@"; do [ -e "$file" ] && return 0; done; return 1; }

if [ "$(uname -s)" != Linux ] || has /lib/libatomic.so.1 /lib/*/libatomic.so.1 /usr/lib/libatomic.so.1 /usr/lib/*/libatomic.so.1 /usr/lib64/libatomic.so.1; then
  exec "$@"
fi

cache=${HALLPASS_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/hallpass}
folder=$cache/libatomic

fetch() {
  unfinished=$folder.$$
  mkdir -p "$unfinished/lists/partial" "$unfinished/archives/partial" && cd "$unfinished" || return 1
  set -- -q -o "Dir::State::lists=$unfinished/lists" -o "Dir::Cache=$unfinished" -o Acquire::Languages=none -o Debug::NoLocking=1
  [ "$(id -u)" = 0 ] && set -- "$@" -o APT::Sandbox::User=root
  # A third party's source that fails does not matter as long as the package is found.
  apt-get "$@" update || true
  apt-get "$@" download libatomic1 && dpkg -x libatomic1_*.deb tree || return 1
  # Another process may have been faster: one of the two is enough.
  { [ ! -d "$folder" ] && mv "$unfinished" "$folder"; } || rm -rf "$unfinished"
  cd / && rm -rf "$folder/lists" "$folder"/*.bin
}

if [ ! -d "$folder" ]; then
  mkdir -p "$cache"
  echo "Node needs libatomic.so.1, which this machine lacks: fetching Debian's package libatomic1 into $cache" >&2
  if ! (fetch) >"$cache/libatomic.log" 2>&1; then
    rm -rf "$folder.$$"
    echo "It could not be fetched (see $cache/libatomic.log). Install it: as root, apt-get install libatomic1" >&2
    exit 1
  fi
fi
for library in "$folder"/tree/lib/*/libatomic.so.1 "$folder"/tree/usr/lib/*/libatomic.so.1; do
  [ -e "$library" ] || continue
  library=$(dirname "$library")
  case ":${LD_LIBRARY_PATH:-}:" in
    *":$library:"*) ;;
    *) LD_LIBRARY_PATH=$library${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} ;;
  esac
done
export LD_LIBRARY_PATH
exec "$@"
