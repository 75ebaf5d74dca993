#!/bin/sh
# Makes the machine ready: Debian packages first, then the checkout's virtual environment in .venv.
# Only what is missing is installed; when nothing is, it is quick and silent.
set -eu
cd "$(dirname "$0")/.."
mkdir -p build
log=build/prepare.log

# Two `make`s at once take turns; where there is no flock the check of commands below says so.
if command -v flock >/dev/null; then
    exec 9>build/prepare.lock
    flock 9
fi

say() {
    echo "$*" >&2
}

give_up() {
    say "error: $*"
    exit 1
}

# quietly COMMAND...: what it prints is shown only if it fails. Its children get no hold of the
# lock, or one that outlives us would keep the next `make` waiting.
quietly() {
    "$@" >>"$log" 2>&1 </dev/null 9>&- && return
    tail -n 20 "$log" >&2
    give_up "'$1' failed; all it said is in $log"
}

# A Python that is new enough and can make virtual environments: the user's own, or else Debian's.
find_python() {
    for candidate in python3 /usr/bin/python3; do
        if "$candidate" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))' \
            2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
}

# What each package is for; those not named here come with them.
#   gcc libc6-dev libffi-dev pkgconf make   MicroPython's unix port, and its cross compiler
#   gcc-arm-none-eabi and the two libraries its rp2 and qemu ports
#   cmake                                   the rp2 port's build, with the Pico SDK
#   dpkg-dev                                unpacks Debian's sources (with patch, xz, bzip2)
#   qemu-system-arm                         the second emulated board
#   ca-certificates                         fetching official firmware
packages='gcc libc6-dev libffi-dev pkgconf make cmake dpkg-dev qemu-system-arm ca-certificates
    gcc-arm-none-eabi libnewlib-arm-none-eabi libstdc++-arm-none-eabi-newlib'

missing_packages() {
    installed=$(dpkg-query -W -f '${db:Status-Status}:${Package}\n' 2>/dev/null $packages || true)
    for package in $packages; do
        case "
$installed
" in
            *"
installed:$package
"*) ;;
            *) printf ' %s' "$package" ;;
        esac
    done
    [ -x .venv/bin/python ] || [ -n "$(find_python)" ] || printf ' python3 python3-venv'
}

install_packages() {
    command="apt-get install --no-install-recommends$1"
    if [ "$(id -u)" = 0 ]; then
        as_root=env
    elif sudo -n true 2>/dev/null; then
        as_root='sudo -n env'
    else
        give_up "Debian packages are missing; as root, run: $command"
    fi
    say "installing$1"
    as_root="$as_root DEBIAN_FRONTEND=noninteractive"
    # Someone else's apt may be running; an interrupted one may have left work for us.
    options='-y -o DPkg::Lock::Timeout=300'
    quietly $as_root apt-get $options update
    quietly $as_root apt-get $options install --no-install-recommends $1
}

check_commands() {
    missing=
    for command in gcc make cmake pkg-config flock arm-none-eabi-gcc qemu-system-arm; do
        command -v "$command" >/dev/null || missing="$missing $command"
    done
    [ -n "$(find_python)" ] || missing="$missing python3 (3.10 or newer, with venv)"
    [ -z "$missing" ] || give_up "this is no Debian, so please install:$missing"
}

# The stamp is written last, so an interrupted installation is done again, from nothing. It holds
# the checkout's path too, because a virtual environment cannot be moved.
make_environment() {
    stamp=.venv/made-of
    made_of=$(pwd && cat pyproject.toml)
    if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$made_of" ]; then
        return
    fi
    say 'installing the Python packages into .venv'
    if ! [ -x .venv/bin/python ] || ! [ -f "$stamp" ]; then
        python=$(find_python)
        [ -n "$python" ] || give_up 'there is no Python 3.10 or newer that can make a venv'
        quietly "$python" -m venv --clear .venv
    fi
    rm -f "$stamp"
    quietly .venv/bin/python -m pip install --disable-pip-version-check \
        -e '.[board,report,test,mutation,docs,lint]'
    printf '%s\n' "$made_of" >"$stamp"
}

# What a type checker is to know of MicroPython on a board. Each board has a folder of its own, as
# such stubs take the place of each other's, and of the standard library's.
make_stubs() {
    for board in rp2 stm32; do
        stubs="micropython-$board-stubs==1.25.0.post3 micropython-stdlib-stubs==1.29.0.post2"
        folder=build/stubs/$board
        [ "$(cat "$folder/made-of" 2>/dev/null)" != "$stubs" ] || continue
        say "installing the stubs of MicroPython on $board"
        rm -rf "$folder"
        quietly .venv/bin/python -m pip install --disable-pip-version-check \
            --target "$folder" $stubs
        echo "$stubs" >"$folder/made-of"
    done
}

: >"$log"
if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
    missing=$(missing_packages)
    [ -z "$missing" ] || install_packages "$missing"
else
    check_commands
fi
make_environment
make_stubs
