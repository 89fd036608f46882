from setuptools import Extension, setup

setup(ext_modules=[Extension("wordcount._count", ["src/wordcount/_count.c"], extra_compile_args=["-O2"])])
