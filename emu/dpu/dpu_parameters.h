/* The tables of the DPU back-end. */
#ifndef DPU_PARAMETERS_H
#define DPU_PARAMETERS_H

#include "dpu_machine.h"

/* Values of the PIM_CHOICE parameters, in the order of their `choices` text. */
enum dpu_switch { DPU_OFF, DPU_ON };
enum dpu_engine_choice { DPU_ENGINE_FAST, DPU_ENGINE_REFERENCE };
enum dpu_register_file_choice { DPU_REGISTER_FILE_OFF, DPU_REGISTER_FILE_UPIMULATOR };

extern const struct pim_level dpu_levels[];
extern const struct pim_space dpu_spaces[];
extern const struct pim_parameter dpu_parameter_rows[];
extern const struct pim_counter dpu_counter_rows[];
extern const struct pim_energy dpu_energy_rows[];
extern const struct pim_event_kind dpu_event_rows[];
extern const struct pim_derived dpu_derived_rows[];

#endif
