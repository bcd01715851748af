/* How often majorities fail, as published: share of columns of a majority, or of another operation of the same kind, that are wrong.
 *
 * Circuit simulations of the ideal substrate give the share of majorities that fail under a variation of the cells; measurements of unmodified chips
 * give the share of cells that are right. All figures are quoted from secondary sources. Ambit is Seshadri et al., MICRO 2017; SIMDRAM Hajinazar,
 * Oliveira et al., ASPLOS 2021; SiMRA Yueksel et al., DSN 2024 (arXiv 2405.06081); FCDRAM Yueksel et al., HPCA 2024 (arXiv 2402.18736).
 */
#ifndef FAILURE_SOURCES_H
#define FAILURE_SOURCES_H

/* ORDER FAILURE SOURCE: choice reliability.source, after "none". Name, failures, what it is. */
#define FAILURE_SOURCES(X)                                                                         \
    X("ambit-55nm-5pct", 0.0, "Ambit, circuit simulation, 55 nm, 5 % variation")                   \
    X("ambit-55nm-10pct", 0.0029, "Ambit, circuit simulation, 55 nm, 10 % variation")              \
    X("ambit-55nm-15pct", 0.0601, "Ambit, circuit simulation, 55 nm, 15 % variation")              \
    X("simdram-22nm-5pct", 0.0, "SIMDRAM, circuit simulation, 22 nm, 5 % variation")               \
    X("simdram-22nm-10pct", 0.0042, "SIMDRAM, circuit simulation, 22 nm, 10 % variation")          \
    X("simdram-22nm-20pct", 0.0450, "SIMDRAM, circuit simulation, 22 nm, 20 % variation")          \
    X("simra-maj3-32rows", 0.0100, "SiMRA, 120 DDR4 chips, MAJ3 on 32 rows: 99.00 % right")        \
    X("simra-maj3-4rows", 0.32, "SiMRA, 120 DDR4 chips, MAJ3 on 4 rows: about 68 % right")         \
    X("simra-maj5-32rows", 0.2036, "SiMRA, 120 DDR4 chips, MAJ5 on 32 rows: 79.64 % right")        \
    X("simra-maj7-32rows", 0.6613, "SiMRA, 120 DDR4 chips, MAJ7 on 32 rows: 33.87 % right")        \
    X("fcdram-not", 0.0163, "FCDRAM, 256 DDR4 chips, NOT to one row: 98.37 % right")               \
    X("fcdram-and16", 0.0506, "FCDRAM, 256 DDR4 chips, AND of 16 rows: 94.94 % right")             \
    X("fcdram-or16", 0.0415, "FCDRAM, 256 DDR4 chips, OR of 16 rows: 95.85 % right")

#endif
