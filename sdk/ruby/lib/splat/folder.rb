# frozen_string_literal: true

require "digest/sha2"

module Splat
  # P1: where the spool of one destination is.
  module Folder
    TAKEN = /\A.+\.([0-9]{1,10})\.taken\z/.freeze
    private_constant :TAKEN

    module_function

    # The folder for what goes to the options' repository or URL, for the user that this process now is: a server may
    # start as root and go on as another. To be asked when the first error comes.
    def of(options)
      name = name_of(options)
      base = options.spool_dir.empty? ? user_cache : options.spool_dir
      # In the folder that all users share it stands alone: one in between could be another's.
      place = base ? File.join(base, name) : File.join(shared_folder, "splat-#{Process.euid}-#{name}")
      others?(place) ? "#{place}-#{Process.euid}" : place
    end

    # Whether a process that is gone left something there. Looks at names alone.
    def waits?(folder)
      Dir.each_child(folder, encoding: Encoding::BINARY).any? { |name| name.end_with?(".json") || left?(name) }
    rescue SystemCallError
      false
    end

    # Whether a file is what a process had in its hands (P4) that is gone.
    def left?(name)
      owner = name[TAKEN, 1]
      owner ? gone?(owner.to_i) : false
    end

    # Whether no process has that number, or only this one, which knows what it took.
    def gone?(pid)
      return true if pid == Process.pid

      Process.kill(0, pid)
      false
    rescue Errno::ESRCH, RangeError
      true
    rescue SystemCallError
      false
    end

    def name_of(options)
      kind = options.transport.is_a?(String) ? options.transport : options.transport.class.to_s
      target = { "http" => options.url, "file" => options.folder }.fetch(kind) { "#{options.api_url}/#{options.repo}" }
      plain = (kind == "github" ? options.repo : kind).gsub(/[^0-9A-Za-z._-]/, "-")[0, 60].sub(/\A[.-]{1,60}/, "")
      "#{plain}-#{Digest::SHA256.hexdigest("#{kind}\n#{target}")[0, 8]}"
    end
    private_class_method :name_of

    # `splat` in the user's cache folder; nil where the user has none to write into.
    def user_cache
      home = home_folder
      base = ENV["XDG_CACHE_HOME"].to_s
      base = File.join(home, RUBY_PLATFORM.include?("darwin") ? "Library/Caches" : ".cache") if base.empty? && home
      return nil unless base.start_with?("/")

      own = File.join(base, "splat")
      nearest = [own, base].find { |each| File.directory?(each) } || File.dirname(base)
      own if File.writable?(nearest) && File.executable?(nearest)
    end
    private_class_method :user_cache

    # Few have to ask for these, and loading them takes a fifth of all that `init` does.
    def shared_folder
      require "tmpdir"
      Dir.tmpdir
    end
    private_class_method :shared_folder

    def home_folder
      home = ENV["HOME"].to_s
      return home unless home.empty?

      require "etc"
      Etc.getpwuid(Process.euid)&.dir
    rescue ArgumentError
      nil
    end
    private_class_method :home_folder

    def others?(path)
      File.lstat(path).uid != Process.euid
    rescue SystemCallError
      false
    end
    private_class_method :others?
  end
end
