# Sourced by the golden tests: show a command, what it printed on both streams, and its exit status.
try() {
    echo "\$ $*"
    "$@" 2>&1
    echo "= $?"
}
