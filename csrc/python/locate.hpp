// The functions that find which region holds a point, for mortie.Regions.
#pragma once

#include <Python.h>

#include "kernels/kernels.hpp"

namespace mortie {

// Adds them to the module; they use these kernels. -1 with a Python exception if that fails.
int add_locate_functions(PyObject *module, const Kernels &kernels);

} // namespace mortie
