# Fuzz targets: tests/fuzz/fuzz_NAME.c, each linked with the replay driver for `make check` and, with
# `CC=clang ./configure --enable-fuzzing`, with libFuzzer. A new target is one more group of lines below.
fuzz_driver = tests/fuzz/replay.c tests/fuzz/fuzz.h
fuzz_bitserial_set = -DFUZZ_SET=bitserial_instruction_set -DFUZZ_CORPUS='"bitserial"' -DFUZZ_DICTIONARY='"bitserial.dict"'
fuzz_replays = tests/fuzz/replay_elf tests/fuzz/replay_assembler tests/fuzz/replay_target_ini \
	tests/fuzz/replay_trace tests/fuzz/replay_elf_bitserial tests/fuzz/replay_assembler_bitserial tests/fuzz/replay_bitserial \
	tests/fuzz/replay_synthesise
check_PROGRAMS += $(fuzz_replays)
TESTS += $(fuzz_replays)

tests_fuzz_replay_elf_SOURCES = tests/fuzz/fuzz_elf.c tests/fuzz/fuzz_set.h $(fuzz_driver)
tests_fuzz_replay_elf_LDADD = libpimento_internal.la
tests_fuzz_replay_assembler_SOURCES = tests/fuzz/fuzz_assembler.c tests/fuzz/fuzz_set.h $(fuzz_driver)
tests_fuzz_replay_assembler_LDADD = libpimento_internal.la
tests_fuzz_replay_target_ini_SOURCES = tests/fuzz/fuzz_target_ini.c $(fuzz_driver)
tests_fuzz_replay_target_ini_LDADD = libpimento_internal.la
tests_fuzz_replay_trace_SOURCES = tests/fuzz/fuzz_trace.c tests/trace_fixture.c tests/trace_fixture.h $(fuzz_driver)
tests_fuzz_replay_trace_LDADD = libpimento_internal.la $(ZSTD_LIBS)
tests_fuzz_replay_elf_bitserial_SOURCES = tests/fuzz/fuzz_elf.c $(fuzz_driver)
tests_fuzz_replay_elf_bitserial_CPPFLAGS = $(AM_CPPFLAGS) $(fuzz_bitserial_set)
tests_fuzz_replay_elf_bitserial_LDADD = libpimento_internal.la
tests_fuzz_replay_assembler_bitserial_SOURCES = tests/fuzz/fuzz_assembler.c $(fuzz_driver)
tests_fuzz_replay_assembler_bitserial_CPPFLAGS = $(AM_CPPFLAGS) $(fuzz_bitserial_set)
tests_fuzz_replay_assembler_bitserial_LDADD = libpimento_internal.la
tests_fuzz_replay_bitserial_SOURCES = tests/fuzz/fuzz_bitserial.c $(fuzz_driver)
tests_fuzz_replay_bitserial_LDADD = libpimento_internal.la
tests_fuzz_replay_synthesise_SOURCES = tests/fuzz/fuzz_synthesise.c $(fuzz_driver)
tests_fuzz_replay_synthesise_LDADD = libpimento_internal.la

if FUZZING
noinst_PROGRAMS += tests/fuzz/fuzz_elf tests/fuzz/fuzz_assembler tests/fuzz/fuzz_target_ini tests/fuzz/fuzz_trace \
	tests/fuzz/fuzz_elf_bitserial tests/fuzz/fuzz_assembler_bitserial tests/fuzz/fuzz_bitserial tests/fuzz/fuzz_synthesise
tests_fuzz_fuzz_elf_SOURCES = tests/fuzz/fuzz_elf.c
tests_fuzz_fuzz_elf_LDADD = libpimento_internal.la
tests_fuzz_fuzz_elf_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_assembler_SOURCES = tests/fuzz/fuzz_assembler.c
tests_fuzz_fuzz_assembler_LDADD = libpimento_internal.la
tests_fuzz_fuzz_assembler_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_target_ini_SOURCES = tests/fuzz/fuzz_target_ini.c
tests_fuzz_fuzz_target_ini_LDADD = libpimento_internal.la
tests_fuzz_fuzz_target_ini_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_trace_SOURCES = tests/fuzz/fuzz_trace.c tests/trace_fixture.c tests/trace_fixture.h
tests_fuzz_fuzz_trace_LDADD = libpimento_internal.la $(ZSTD_LIBS)
tests_fuzz_fuzz_trace_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_elf_bitserial_SOURCES = tests/fuzz/fuzz_elf.c
tests_fuzz_fuzz_elf_bitserial_CPPFLAGS = $(AM_CPPFLAGS) $(fuzz_bitserial_set)
tests_fuzz_fuzz_elf_bitserial_LDADD = libpimento_internal.la
tests_fuzz_fuzz_elf_bitserial_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_assembler_bitserial_SOURCES = tests/fuzz/fuzz_assembler.c
tests_fuzz_fuzz_assembler_bitserial_CPPFLAGS = $(AM_CPPFLAGS) $(fuzz_bitserial_set)
tests_fuzz_fuzz_assembler_bitserial_LDADD = libpimento_internal.la
tests_fuzz_fuzz_assembler_bitserial_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_bitserial_SOURCES = tests/fuzz/fuzz_bitserial.c
tests_fuzz_fuzz_bitserial_LDADD = libpimento_internal.la
tests_fuzz_fuzz_bitserial_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_synthesise_SOURCES = tests/fuzz/fuzz_synthesise.c
tests_fuzz_fuzz_synthesise_LDADD = libpimento_internal.la
tests_fuzz_fuzz_synthesise_LDFLAGS = -fsanitize=fuzzer
endif

EXTRA_DIST += tests/fuzz/assembler.dict tests/fuzz/corpus/assembler/data.s tests/fuzz/corpus/assembler/deep.s \
	tests/fuzz/corpus/assembler/errors.s tests/fuzz/corpus/assembler/macros.s tests/fuzz/corpus/assembler/starter.s \
	tests/fuzz/target_ini.dict tests/fuzz/corpus/target_ini/all.ini tests/fuzz/corpus/target_ini/plain.ini \
	tests/fuzz/corpus/target_ini/wrong.ini \
	tests/fuzz/trace.dict tests/fuzz/corpus/trace/block tests/fuzz/corpus/trace/block-wild tests/fuzz/corpus/trace/mended \
	tests/fuzz/corpus/trace/mended-long tests/fuzz/corpus/trace/raw tests/fuzz/corpus/trace/schema \
	tests/fuzz/bitserial.dict tests/fuzz/corpus/bitserial/add.s tests/fuzz/corpus/bitserial/commands.s \
	tests/fuzz/corpus/bitserial/control.s tests/fuzz/corpus/bitserial/errors.s tests/fuzz/corpus/bitserial/subarrays.s \
	tests/fuzz/functions.dict tests/fuzz/corpus/functions/all tests/fuzz/corpus/functions/deep tests/fuzz/corpus/functions/long \
	tests/fuzz/corpus/functions/plain tests/fuzz/corpus/functions/table tests/fuzz/corpus/functions/wrong
