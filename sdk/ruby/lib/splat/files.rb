# frozen_string_literal: true

require "fileutils"
require_relative "clock"
require_relative "values"

module Splat
  # Folders that only this user can read, and files that are there whole or not at all (T3, P1, P2). Each method may
  # raise SystemCallError.
  module Files
    # The folder is a link, or belongs to somebody else.
    class NotPrivate < Errno::EPERM
    end

    module_function

    # Makes the folder, readable for this user alone.
    def private(folder)
      FileUtils.mkdir_p(folder, mode: 0o700)
      state = File.lstat(folder)
      raise NotPrivate, "#{folder} is a link" unless state.directory?
      raise NotPrivate, "#{folder} belongs to another user" unless state.uid == Process.euid

      File.chmod(0o700, folder) if state.mode.anybits?(0o077)
    end

    # Writes `name` so that no reader ever finds a part of it. What fails leaves nothing behind.
    def write(folder, name, text, sync: true)
      temporary = File.join(folder, "#{name}.#{Process.pid}.tmp")
      fill(temporary, text, sync)
      File.rename(temporary, File.join(folder, name))
    rescue SystemCallError, IOError
      remove(temporary)
      raise
    end

    # Whether there was a file.
    def remove(path)
      File.unlink(path)
      true
    rescue SystemCallError
      false
    end

    # The name of an item's file: orders by time (T3, P2).
    def name_of(item)
      "#{Clock.digits(item.time)}-#{item.count? ? "#{item.signature}.count" : item.id}.json"
    end

    # The name, or where it is in use (two counts in one millisecond) one right behind it.
    def unused(folder, name)
      time, _, rest = name.partition("-")
      1_000.times do |number|
        free = format("%017d-%s", time.to_i + number, rest)
        return free unless present?(File.join(folder, free))
      end
      name
    end

    # Also a link that leads nowhere.
    def present?(path)
      File.lstat(path) && true
    rescue SystemCallError
      false
    end

    def fill(path, text, sync)
      File.open(path, File::WRONLY | File::CREAT | File::TRUNC | File::BINARY, 0o600) do |file|
        file.write(text)
        file.flush
        file.fsync if sync
      end
    end
    private_class_method :fill
  end
end
