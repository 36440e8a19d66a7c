#!/bin/sh
# Installs netrunner from a directory with the files of a release, or removes it. Downloads nothing. Needs a POSIX shell,
# tar, gzip and sha256sum; busybox has them all.
set -eu

usage() {
    cat <<'END'
usage: install.sh [--from DIR] [--prefix DIR] [--key FILE]
       install.sh --uninstall [--prefix DIR]

  --from DIR     the directory with SHA256SUMS and netrunner-VERSION-linux-ARCH.tar.gz
                 (the directory of this script)
  --prefix DIR   where bin/netrunner goes (/usr/local)
  --key FILE     a public key: refuse files that it has not signed (needs gpg)
  --uninstall    remove every file that this script has installed below the prefix

It installs the tarball of this machine's processor after comparing its checksum with SHA256SUMS.
END
}

die() { echo "install.sh: $*" >&2; exit 1; }

from='' prefix=/usr/local key='' uninstall=''
while [ $# -gt 0 ]; do
    case $1 in
        --from | --prefix | --key)
            [ -n "${2-}" ] || die "$1 needs a value"
            case $1 in
                --from) from=$2 ;;
                --prefix) prefix=$2 ;;
                --key) key=$2 ;;
            esac
            shift
            ;;
        --uninstall) uninstall=yes ;;
        -h | --help) usage; exit 0 ;;
        *) die "unknown argument '$1' (see install.sh --help)" ;;
    esac
    shift
done
[ -z "$uninstall" ] || [ -z "$from" ] || die "--uninstall takes no --from"
[ -n "$from" ] || from=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
list=$prefix/share/netrunner/installed-files

# Removes the files below the prefix that LIST names and KEPT does not, then the directories that are empty.
remove() { # LIST KEPT
    if [ -s "$2" ]; then grep -vxFf "$2" "$1" >"$work/old" || :; else cp "$1" "$work/old"; fi # busybox: no pattern fits all
    while IFS= read -r file; do rm -f "$prefix/$file"; done <"$work/old"
    # Only directories that netrunner alone uses are removed, so that an empty bin/ of the prefix stays.
    for directory in share/netrunner share/doc/netrunner libexec/netrunner; do
        rmdir "$prefix/$directory" 2>/dev/null || :
    done
}

checked() { # NAME: compares the file's checksum
    pattern=$(echo "$1" | sed 's/\./[.]/g')
    grep -E "^[0-9a-f]{64} [ *]$pattern\$" "$from/SHA256SUMS" >"$work/sum" || die "SHA256SUMS does not name $1"
    (CDPATH='' cd -- "$from" && sha256sum -c "$work/sum" >/dev/null 2>&1) ||
        die "the checksum of $from/$1 is not the one in SHA256SUMS: the file is damaged or was replaced; nothing is installed"
}

signed() {
    command -v gpg >/dev/null || die '--key: gpg is not installed'
    [ -r "$key" ] || die "--key: cannot read '$key'"
    [ -f "$from/SHA256SUMS.asc" ] || die "--key: there is no SHA256SUMS.asc in $from"
    mkdir -m 700 "$work/gpg"
    gpg --homedir "$work/gpg" --batch --quiet --import "$key" 2>"$work/said" || { cat "$work/said" >&2; die "--key: '$key' is no public key"; }
    gpg --homedir "$work/gpg" --batch --quiet --trust-model always --verify "$from/SHA256SUMS.asc" "$from/SHA256SUMS" 2>"$work/said" ||
        { cat "$work/said" >&2; die "the key in '$key' has not signed SHA256SUMS; nothing is installed"; }
    gpgconf --homedir "$work/gpg" --kill all 2>/dev/null || :
}

processor() {
    case $(uname -m) in
        x86_64 | amd64) echo x86_64 ;;
        aarch64 | arm64) echo aarch64 ;;
        *) die "there is no release for the processor '$(uname -m)'; build from source (./dev install)" ;;
    esac
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ -n "$uninstall" ]; then
    [ -f "$list" ] || die "there is no $list: install.sh has not installed netrunner in $prefix"
    : >"$work/none"
    remove "$list" "$work/none"
    echo "netrunner was removed from $prefix"
    exit 0
fi

[ -f "$from/SHA256SUMS" ] || die "there is no SHA256SUMS in $from (say --from DIR)"
arch=$(processor)
set -- "$from"/netrunner-*-linux-"$arch".tar.gz
[ -f "$1" ] || die "there is no netrunner-VERSION-linux-$arch.tar.gz in $from"
[ $# = 1 ] || die "there are $# versions of netrunner in $from; keep one"
name=${1##*/}
[ -z "$key" ] || signed
checked "$name"

mkdir "$work/files"
tar -xzf "$1" -C "$work/files"
new=$work/files/${name%.tar.gz}
for program in bin/netrunner libexec/netrunner/netrunner-shepherd; do
    [ -f "$new/$program" ] || die "$name has no $program"
done
"$new/bin/netrunner" run -- "$new/bin/netrunner" --version >"$work/version" ||
    die "the program does not run on this machine; nothing is installed (if ${work%/*} is mounted noexec, set TMPDIR to another directory)"

(cd "$new" && find . -type f | sed 's|^\./||' | LC_ALL=C sort) >"$work/list"
echo share/netrunner/installed-files >>"$work/list"
mkdir -p "$prefix/share/netrunner" || die "cannot write below $prefix"
[ ! -f "$list" ] || remove "$list" "$work/list"
# The list is written first, so that --uninstall also removes what an interrupted installation has left.
cp "$work/list" "$new/share/netrunner/installed-files"
cp "$work/list" "$list" || die "cannot write $list"
# Each file appears whole or not at all, and a netrunner that runs at the moment keeps its own file.
while IFS= read -r file; do
    mkdir -p "$prefix/$(dirname "$file")"
    if ! cp -p "$new/$file" "$prefix/$file.new" || ! mv -f "$prefix/$file.new" "$prefix/$file"; then
        rm -f "$prefix/$file.new"
        die "cannot write $prefix/$file: some files are installed, --uninstall removes them"
    fi
done <"$work/list"
echo "$(cat "$work/version") is installed in $prefix"
