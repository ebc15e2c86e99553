# Finds a Python for scripts/bootstrap.py, which does the rest of the set-up.

TWIN_HOME=${TWIN_HOME:-$PWD/.twin}
case $TWIN_HOME in /*) ;; *) TWIN_HOME=$PWD/$TWIN_HOME ;; esac
export TWIN_HOME

prepare() {
    for python in python3 python3.11 python3.12 python3.13 python3.14; do
        if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            "$python" scripts/bootstrap.py "$@" || exit
            return
        fi
    done
    echo "ต้องใช้ Python 3.11 ขึ้นไป บน Debian 12 หรือ Ubuntu 24.04: apt-get install python3" >&2
    echo "Python 3.11 or newer is needed. Debian 12 or Ubuntu 24.04: apt-get install python3" >&2
    exit 1
}
