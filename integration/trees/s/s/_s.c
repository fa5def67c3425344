#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include "lib.h"

static PyObject *built_with(PyObject *self, PyObject *nothing) { return PyUnicode_FromString(LIB_VERSION); }

static PyObject *runs_with(PyObject *self, PyObject *nothing) { return PyUnicode_FromString(lib_version()); }

static PyObject *add(PyObject *self, PyObject *arguments) {
    int left, right;
    if (!PyArg_ParseTuple(arguments, "ii", &left, &right)) return NULL;
    return PyLong_FromLong(lib_add(left, right));
}

static PyMethodDef methods[] = {
    {"built_with", built_with, METH_NOARGS, "The version in the header that this was compiled with."},
    {"runs_with", runs_with, METH_NOARGS, "The version that the library says."},
    {"add", add, METH_VARARGS, "A sum, computed by the library."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_s", NULL, -1, methods};

PyMODINIT_FUNC PyInit__s(void) { return PyModule_Create(&module); }
