# emu/core: device, parameters, queues, ledger, trace.
pkginclude_HEADERS += emu/pimento.h
libpimento_la_SOURCES += emu/pimento.h
libpimento_la_SOURCES += emu/core/event_list.c
