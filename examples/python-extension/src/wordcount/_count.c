#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* A word is a run of letters, digits and apostrophes. */
static int in_word(Py_UCS4 character)
{
    return Py_UNICODE_ISALNUM(character) || character == '\'';
}

static int add_word(PyObject *counts, PyObject *text, Py_ssize_t start, Py_ssize_t end)
{
    PyObject *word = PyUnicode_Substring(text, start, end);
    if (word == NULL)
        return -1;
    PyObject *known = PyDict_GetItemWithError(counts, word);
    if (known == NULL && PyErr_Occurred()) {
        Py_DECREF(word);
        return -1;
    }
    PyObject *count = PyLong_FromLong(known == NULL ? 1 : PyLong_AsLong(known) + 1);
    int failed = count == NULL || PyDict_SetItem(counts, word, count) < 0;
    Py_XDECREF(count);
    Py_DECREF(word);
    return failed ? -1 : 0;
}

static PyObject *count_words(PyObject *module, PyObject *text)
{
    if (!PyUnicode_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "a text is expected");
        return NULL;
    }
    PyObject *counts = PyDict_New();
    if (counts == NULL)
        return NULL;
    Py_ssize_t length = PyUnicode_GET_LENGTH(text), start = -1;
    for (Py_ssize_t i = 0; i <= length; i++) {
        int inside = i < length && in_word(PyUnicode_READ_CHAR(text, i));
        if (inside && start < 0)
            start = i;
        if (!inside && start >= 0) {
            if (add_word(counts, text, start, i) < 0) {
                Py_DECREF(counts);
                return NULL;
            }
            start = -1;
        }
    }
    return counts;
}

static PyObject *word_total(PyObject *module, PyObject *text)
{
    if (!PyUnicode_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "a text is expected");
        return NULL;
    }
    Py_ssize_t length = PyUnicode_GET_LENGTH(text), total = 0;
    int before = 0;
    for (Py_ssize_t i = 0; i < length; i++) {
        int inside = in_word(PyUnicode_READ_CHAR(text, i));
        total += inside && !before;
        before = inside;
    }
    return PyLong_FromSsize_t(total);
}

static PyMethodDef methods[] = {
    {"count_words", count_words, METH_O, "A dictionary from word to frequency."},
    {"word_total", word_total, METH_O, "How many words the text has."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "wordcount._count", NULL, -1, methods};

PyMODINIT_FUNC PyInit__count(void)
{
    return PyModule_Create(&definition);
}
