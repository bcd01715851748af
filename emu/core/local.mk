# emu/core: device, parameters, queues, ledger, trace.
AM_CPPFLAGS += -DPIM_PLUGIN_FOLDER='"$(pkglibdir)/backends"' -DPIM_TARGET_FOLDER='"$(pkgdatadir)/targets"' \
	-DPIM_TARGET_SOURCE_FOLDER='"$(abs_srcdir)/emu/targets"'
dist_doc_DATA += doc/trace-format.md
pkginclude_HEADERS += emu/pimento.h
dist_doc_DATA += doc/backend-guide.md
libpimento_la_SOURCES += emu/pimento.h emu/host_thread.h
libpimento_la_SOURCES += emu/core/backend_check.c emu/core/backends.c emu/core/derived.c emu/core/derived.h \
	emu/core/event_list.c emu/core/number_text.c emu/core/number_text.h emu/core/output_file.c \
	emu/core/output_file.h emu/core/parameter.c \
	emu/core/parameter.h emu/core/path_text.c emu/core/path_text.h emu/core/registry.c emu/core/registry.h \
	emu/core/spelling.c emu/core/spelling.h emu/core/target.c emu/core/target.h emu/core/target_file.c \
	emu/core/target_file.h emu/core/target_search.c emu/core/version.c emu/core/clock.c emu/core/clock.h \
	emu/core/device.c emu/core/device.h emu/core/device_launch.c emu/core/device_run.c emu/core/device_sinks.c \
	emu/core/device_transfer.c emu/core/device_elements.c emu/core/transpose.c emu/core/transpose.h emu/core/ledger.c emu/core/queue.c emu/core/queue.h emu/core/timeline.c \
	emu/core/timeline.h emu/core/workers.c emu/core/workers.h emu/core/json_text.c emu/core/json_text.h \
	emu/core/profile.c emu/core/report.c emu/core/report.h emu/core/report_csv.c emu/core/report_json.c emu/core/report_output.c \
	emu/core/report_sections.c emu/core/report_text.c
libpimento_la_SOURCES += emu/core/random.c emu/core/random.h
libpimento_la_SOURCES += emu/core/trace_format.c emu/core/trace_format.h emu/core/trace_schema.c emu/core/trace_schema.h \
	emu/core/trace_writer.c emu/core/trace_writer.h emu/core/trace_reader.c emu/core/trace_reader.h \
	emu/core/trace_summary.c emu/core/trace_export.h emu/core/trace_perfetto.c emu/core/trace_csv.c emu/core/trace_dram.c
