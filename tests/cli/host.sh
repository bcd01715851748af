# Sourced by the tests of `pimento host`: ./program is host_program.c, compiled as its users compile.
. "$SOURCE/try.sh"
unset UPMEM_PROFILE UPMEM_PROFILE_BASE UPMEM_HOME PIMENTO_UPMEM LD_LIBRARY_PATH CPATH LIBRARY_PATH
unset PIMENTO_HOST_TARGET PIMENTO_HOST_SET PIMENTO_HOST_THREADS PIMENTO_HOST_MAX_CYCLES PIMENTO_HOST_SDK PIMENTO_HOST_TRACE
KERNEL=$BUILD/pim_kernels/dpu/vector_add.elf SPIN=$PWD/spin.elf
ASAN_OPTIONS=handle_segv=0:${ASAN_OPTIONS-} TSAN_OPTIONS=handle_segv=0:${TSAN_OPTIONS-}
export KERNEL SPIN ASAN_OPTIONS TSAN_OPTIONS
# In a child of fork the leak checker looks for the parent's threads.
without_leak_check() { ASAN_OPTIONS=detect_leaks=0:$ASAN_OPTIONS "$@"; }
pimento asm "$SOURCE/spin.s" -o spin.elf || exit 1

# The library was built with sanitizers when we were, and wants the program to be.
compile() {
    # shellcheck disable=SC2046,SC2086 # lists of words
    ${CC:-cc} -g $(printf '%s\n' ${PIM_CFLAGS-} | grep '^-fsanitize') "$@"
}
echo 'int main(void) { return 0; }' >nothing.c
compile nothing.c -o nothing 2>/dev/null || exit 77

upmem=$(pimento host --env | sed -n "s/^.*export UPMEM_HOME='\(.*\)'$/\1/p")
# shellcheck disable=SC2046
compile "$SOURCE/host_program.c" -o program $("$upmem/bin/dpu-pkg-config" --cflags --libs dpu) -pthread || exit 1
