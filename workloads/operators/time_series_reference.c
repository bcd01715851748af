#include "operators.h"

size_t operator_most_alike(const int32_t *series, size_t places, const int32_t *query, size_t length, const int32_t *means,
                           const int32_t *deviations, int32_t query_mean, int32_t query_deviation, int32_t *least)
{
    size_t place = 0;
    *least = INT32_MAX;
    for (size_t i = 0; i < places; i++) {
        uint32_t product = 0;
        for (size_t j = 0; j < length; j++)
            product += (uint32_t)series[i + j] * (uint32_t)query[j];
        uint32_t expected = (uint32_t)length * (uint32_t)query_mean * (uint32_t)means[i];
        int32_t quotient = (int32_t)(product - expected) / (deviations[i] * query_deviation);
        int32_t distance = (int32_t)(2 * ((uint32_t)length - (uint32_t)quotient));
        if (distance < *least) {
            *least = distance;
            place = i;
        }
    }
    return place;
}
