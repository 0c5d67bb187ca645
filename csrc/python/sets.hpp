// The functions of sets of cells, for mortie.cells.
#pragma once

#include <Python.h>

#include "kernels/kernels.hpp"

namespace mortie {

// Adds them to the module; they use these kernels. -1 with a Python exception if that fails.
int add_set_functions(PyObject *module, const Kernels &kernels);

} // namespace mortie
