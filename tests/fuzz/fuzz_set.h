/* Which instruction set a fuzz target is for, where one source makes a target for each: the DPU's unless the makefile says otherwise. */
#ifndef FUZZ_SET_H
#define FUZZ_SET_H

#ifndef FUZZ_SET
#define FUZZ_SET dpu_instruction_set
#define FUZZ_CORPUS "assembler"
#define FUZZ_DICTIONARY "assembler.dict"
#endif

#endif
