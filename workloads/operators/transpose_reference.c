#include "operators.h"

void operator_transpose_int64(const uint64_t *matrix, uint64_t *result, size_t rows, size_t columns)
{
    for (size_t row = 0; row < rows; row++)
        for (size_t column = 0; column < columns; column++)
            result[column * rows + row] = matrix[row * columns + column];
}
