# frozen_string_literal: true

require_relative "redact/report"
require_relative "redact/texts"

module Splat
  # What is secret goes before anything leaves the process or reaches a disk (rules K and X of `sdk/SPEC.md`).
  # `extra` are names that tell, besides those of K2.
  #
  # * `names.rb`: what a name tells about its value (K1 to K3)
  # * `shapes.rb`: private keys, published tokens, Bearer, URL userinfo (X2 to X5)
  # * `named.rb`: values behind a name and a separator (X6)
  # * `cards.rb`: card numbers (X9)
  # * `texts.rb`: all steps over one text, in their order (X1, X7, X8, X11, X12)
  # * `report.rb`: values of any shape, and a whole report (X10, X11)
  module Redact
    module_function

    # The report without its secrets, a copy. Raises Failed when that fails: then it is dropped (X11). Where locals
    # were taken by shape (F6) they hold no values, and what a local with a telling name is stays readable.
    def redact_report(report, extra = [], locals_are_shapes: false)
      Walk.of(extra, locals_are_shapes: locals_are_shapes).report(report)
    rescue StandardError, SystemStackError, NoMemoryError => e
      # The error's own text may quote what was to be hidden, and so may its cause.
      raise Failed, "a report could not be redacted: #{e.class}", cause: nil
    end

    # `text` without its secrets. Never raises: what fails is MARK.
    def redact_text(text, extra = [])
      Texts.of(extra).text(text)
    end

    # The same for program text and what is named in it: types, paths, functions, source and context lines.
    def redact_source(text, extra = [])
      Texts.of(extra).source(text)
    end

    # X10: a plain copy of any object without its secrets. Never raises: what fails is MARK.
    def redact_value(value, extra = [])
      Walk.of(extra).value(value)
    end
  end
end
