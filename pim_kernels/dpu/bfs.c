/* Breadth-first search over any number of DPUs, a launch for each level: each DPU has some of the vertices with their neighbours. The frontier goes
 * to all of them; what each has found comes back, and all together it is the next frontier.
 */
#include "dpu_driver.h"

#include <stdlib.h>
#include <string.h>

#include "operators/operators.h"
#include "random.h"

enum { TASKLETS, VERTICES, NEIGHBOURS };

static const struct pim_kernel_parameter parameters[] = {
    DPU_TASKLETS_PARAMETER,
    {"vertices", 1, 1u << 20, 3001, "vertices of the graph, over all units; the search begins at the first one"},
    {"neighbours", 0, 100, 3, "mean number of neighbours of a vertex; none to twice as many"},
    {0},
};

enum { SHARE, LEVEL, SET_BLOCKS, PLACE_POINTERS, PLACE_NEIGHBOURS, PLACE_LEVELS, PLACE_FRONTIER, PLACE_VISITED, PLACE_NEXT,
       ARGUMENTS = 10 };                            /* words of `arguments` in bfs.s */
enum { WORD = 64, BLOCK_BYTES = 256, NEARBY = 64 }; /* vertices; of a set; how far every second neighbour is at most */

struct graph { uint64_t vertices; uint32_t *pointers, *neighbours; };

/* Every second neighbour is near, so that there are more than a few levels. */
static enum pim_status graph_make(const struct pim_kernel_job *job, struct graph *graph, struct pim_error *error)
{
    uint32_t most = 2 * (uint32_t)job->values[NEIGHBOURS], vertices = (uint32_t)graph->vertices;
    enum pim_status status;
    KERNEL_TRY(dpu_array(&graph->pointers, graph->vertices + 1, sizeof *graph->pointers, error));
    for (uint32_t vertex = 0; vertex < vertices; vertex++)
        graph->pointers[vertex + 1] = graph->pointers[vertex] + pim_random_below(job->seed, 0, vertex, most + 1);
    KERNEL_TRY(dpu_array(&graph->neighbours, graph->pointers[vertices], sizeof *graph->neighbours, error));
    for (uint32_t vertex = 0; vertex < vertices; vertex++)
        for (uint32_t i = graph->pointers[vertex]; i < graph->pointers[vertex + 1]; i++)
            graph->neighbours[i] = i % 2 == 0 ? pim_random_below(job->seed, 1, i, vertices)
                                              : (vertex + pim_random_below(job->seed, 1, i, NEARBY)) % vertices;
out:
    return status;
}

/* In host memory: the pieces of the units, each in the same number of elements, and the sets. */
struct search {
    uint64_t per_unit, pointers_each, neighbours_each, set_bytes; /* vertices, elements, elements, bytes */
    uint32_t units, *pointers, *neighbours, *levels;
    uint64_t *frontier, *found; /* `found` has one set for each unit */
};

static uint32_t pointer_at(const struct graph *graph, uint64_t vertex)
{
    return graph->pointers[vertex < graph->vertices ? vertex : graph->vertices];
}

static enum pim_status search_make(struct search *search, const struct graph *graph, struct pim_error *error)
{
    enum pim_status status;
    uint64_t most = 0;
    for (uint32_t unit = 0; unit < search->units; unit++) {
        uint64_t count = pointer_at(graph, (unit + 1) * search->per_unit) - pointer_at(graph, unit * search->per_unit);
        most = count > most ? count : most;
    }
    search->pointers_each = search->per_unit + 2;
    search->neighbours_each = (most + 1) / 2 * 2;
    search->set_bytes = (search->per_unit * search->units / 8 + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
    KERNEL_TRY(dpu_array(&search->pointers, search->units * search->pointers_each, sizeof(uint32_t), error));
    KERNEL_TRY(dpu_array(&search->neighbours, search->units * search->neighbours_each, sizeof(uint32_t), error));
    KERNEL_TRY(dpu_array(&search->levels, search->units * search->per_unit, sizeof(uint32_t), error));
    KERNEL_TRY(dpu_array(&search->frontier, 1, search->set_bytes, error));
    KERNEL_TRY(dpu_array(&search->found, search->units, search->set_bytes, error));
    for (uint32_t unit = 0; unit < search->units; unit++) {
        uint64_t vertex = unit * search->per_unit;
        uint32_t first = pointer_at(graph, vertex), count = pointer_at(graph, vertex + search->per_unit) - first;
        for (uint64_t i = 0; i <= search->per_unit; i++)
            search->pointers[unit * search->pointers_each + i] = pointer_at(graph, vertex + i) - first;
        if (count > 0)
            memcpy(search->neighbours + unit * search->neighbours_each, graph->neighbours + first, count * sizeof(uint32_t));
    }
    memset(search->levels, 0xff, search->units * search->per_unit * sizeof(uint32_t)); /* OPERATOR_UNREACHED */
out:
    return status;
}

static void search_free(struct search *search)
{
    free(search->pointers);
    free(search->neighbours);
    free(search->levels);
    free(search->frontier);
    free(search->found);
}

/* Everything that stays on the units over all levels. */
static enum pim_status send(struct pim_kernel_job *job, const struct search *search, const uint32_t *arguments, struct pim_error *error)
{
    uint64_t pointer_bytes = search->pointers_each * sizeof(uint32_t), neighbour_bytes = search->neighbours_each * sizeof(uint32_t);
    uint64_t level_bytes = search->per_unit * sizeof(uint32_t);
    uint32_t *first_words = NULL;
    enum pim_status status;
    KERNEL_TRY(dpu_array(&first_words, search->units, 2 * sizeof *first_words, error));
    for (uint32_t unit = 0; unit < search->units; unit++)
        first_words[2 * unit] = (uint32_t)(unit * search->per_unit / WORD);
    KERNEL_TRY(dpu_spread_symbol(job, PIM_TO_UNIT, "first_word", first_words, 2 * sizeof *first_words, 2 * sizeof *first_words, error));
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_MRAM, arguments[PLACE_POINTERS], search->pointers, pointer_bytes, pointer_bytes, error));
    if (neighbour_bytes > 0)
        KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_MRAM, arguments[PLACE_NEIGHBOURS], search->neighbours, neighbour_bytes,
                           neighbour_bytes, error));
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_MRAM, arguments[PLACE_LEVELS], search->levels, level_bytes, level_bytes, error));
    KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_MRAM, arguments[PLACE_VISITED], search->frontier, 0, search->set_bytes, error));
out:
    free(first_words);
    return status;
}

/* The union of what the units found becomes the frontier; false: they found nothing. */
static bool unite(struct search *search)
{
    uint64_t any = 0, words = search->set_bytes / sizeof(uint64_t);
    for (uint64_t word = 0; word < words; word++) {
        search->frontier[word] = 0;
        for (uint32_t unit = 0; unit < search->units; unit++)
            search->frontier[word] |= search->found[unit * words + word];
        any |= search->frontier[word];
    }
    return any != 0;
}

static enum pim_status all_levels(struct pim_kernel_job *job, struct search *search, uint32_t *arguments, uint64_t vertices,
                                  struct pim_error *error)
{
    uint64_t words = (vertices + WORD - 1) / WORD;
    enum pim_status status;
    search->frontier[0] = 1;
    for (uint32_t level = 0; level < vertices; level++) {
        arguments[LEVEL] = level;
        KERNEL_TRY(dpu_set_arguments(job, arguments, ARGUMENTS, words, search->per_unit / WORD, 1, error));
        KERNEL_TRY(dpu_spread(job, PIM_TO_UNIT, DPU_SPACE_MRAM, arguments[PLACE_FRONTIER], search->frontier, 0, search->set_bytes, error));
        KERNEL_TRY(dpu_run(job, error));
        KERNEL_TRY(dpu_spread(job, PIM_FROM_UNIT, DPU_SPACE_MRAM, arguments[PLACE_NEXT], search->found, search->set_bytes, search->set_bytes,
                           error));
        if (!unite(search))
            break;
    }
    KERNEL_TRY(dpu_spread(job, PIM_FROM_UNIT, DPU_SPACE_MRAM, arguments[PLACE_LEVELS], search->levels, search->per_unit * sizeof(uint32_t),
                       search->per_unit * sizeof(uint32_t), error));
out:
    return status;
}

static enum pim_status run(struct pim_kernel_job *job, struct pim_error *error)
{
    uint64_t vertices = job->values[VERTICES];
    struct graph graph = {.vertices = vertices};
    struct search search = {.per_unit = dpu_per_unit(job, vertices, WORD), .units = pim_device_units(job->device)};
    uint32_t arguments[ARGUMENTS] = {0}, *reference = NULL;
    struct dpu_layout layout;
    enum pim_status status;

    KERNEL_TRY(graph_make(job, &graph, error));
    KERNEL_TRY(search_make(&search, &graph, error));
    KERNEL_TRY(dpu_layout_begin(job, &layout, error));
    KERNEL_TRY(dpu_layout_add(&layout, "the pointers", search.pointers_each * sizeof(uint32_t), &arguments[PLACE_POINTERS], error));
    KERNEL_TRY(dpu_layout_add(&layout, "the neighbours", search.neighbours_each * sizeof(uint32_t), &arguments[PLACE_NEIGHBOURS], error));
    KERNEL_TRY(dpu_layout_add(&layout, "the levels", search.per_unit * sizeof(uint32_t), &arguments[PLACE_LEVELS], error));
    for (size_t set = PLACE_FRONTIER; set <= PLACE_NEXT; set++)
        KERNEL_TRY(dpu_layout_add(&layout, "a set of vertices", search.set_bytes, &arguments[set], error));
    arguments[SET_BLOCKS] = (uint32_t)(search.set_bytes / BLOCK_BYTES);
    KERNEL_TRY(dpu_array(&reference, vertices, sizeof *reference, error));
    KERNEL_TRY(send(job, &search, arguments, error));
    KERNEL_TRY(all_levels(job, &search, arguments, vertices, error));
    operator_bfs(graph.pointers, graph.neighbours, vertices, 0, reference);
    job->operations = graph.pointers[vertices];
    KERNEL_TRY(pim_kernel_check(job, "level of vertex", search.levels, reference, vertices, sizeof *reference, error));
out:
    free(graph.pointers);
    free(graph.neighbours);
    search_free(&search);
    free(reference);
    return status;
}

const struct pim_kernel kernel_bfs = {
    .name = "bfs",
    .operation_of = "bfs",
    .backend = "dpu",
    .file = "bfs.elf",
    .summary = "levels of a breadth-first search",
    .operation = "edges",
    .parameters = parameters,
    .run = run,
};
