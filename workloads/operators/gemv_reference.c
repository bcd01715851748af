#include "operators.h"

void operator_gemv_int8(const void *a, const void *x, void *y, size_t rows, size_t columns, size_t stride)
{
    const int8_t *matrix = a, *vector = x;
    int32_t *result = y;
    for (size_t row = 0; row < rows; row++) {
        uint32_t sum = 0;
        for (size_t column = 0; column < columns; column++)
            sum += (uint32_t)(matrix[row * stride + column] * vector[column]);
        result[row] = (int32_t)sum;
    }
}

void operator_gemv_int32(const void *a, const void *x, void *y, size_t rows, size_t columns, size_t stride)
{
    const uint32_t *matrix = a, *vector = x;
    uint32_t *result = y;
    for (size_t row = 0; row < rows; row++) {
        uint32_t sum = 0;
        for (size_t column = 0; column < columns; column++)
            sum += matrix[row * stride + column] * vector[column];
        result[row] = sum;
    }
}

void operator_gemv_float(const void *a, const void *x, void *y, size_t rows, size_t columns, size_t stride)
{
    const float *matrix = a, *vector = x;
    float *result = y;
    for (size_t row = 0; row < rows; row++) {
        float sum = 0;
        for (size_t column = 0; column < columns; column++) {
            volatile float product = matrix[row * stride + column] * vector[column]; /* no fused multiply-add */
            sum += product;
        }
        result[row] = sum;
    }
}

void operator_rectify_int32(uint32_t *elements, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if ((int32_t)elements[i] < 0)
            elements[i] = 0;
}

void operator_spmv_float(const uint32_t *pointers, const struct operator_nonzero *nonzeros, const float *x, float *y, size_t rows)
{
    for (size_t row = 0; row < rows; row++) {
        float sum = 0;
        for (size_t i = pointers[row]; i < pointers[row + 1]; i++) {
            volatile float product = nonzeros[i].value * x[nonzeros[i].column]; /* no fused multiply-add */
            sum += product;
        }
        y[row] = sum;
    }
}
