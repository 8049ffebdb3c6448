# frozen_string_literal: true

require "digest/sha2"
require_relative "../../files"

module Splat
  module Transports
    class GitHub
      # An issue that was created and not yet followed up (D8).
      Owed = Struct.new(:number, :signature)

      # What the processes of a host tell each other and those that come after them, in files beside the spool's. No
      # file of it ends in `.json`: those are the spool's. Where none can be written, each process knows only its own.
      # Of one repository. Nothing here raises: a note that is lost costs an issue that is closed again.
      class Notes
        REPORTERS = "reporters.txt"
        MOST_REPORTERS = 20
        OWED = /\A([1-9][0-9]{0,17})-([0-9a-f]{16})\.created\z/.freeze
        NO_LABELS_FOR = 3_600.0
        OWED_FOR = 86_400.0
        private_constant(*constants(false))

        # nil when there is none that only this user can read.
        attr_reader :folder

        def initialize(folder)
          Splat::Files.private(folder) if folder
          @folder = folder
        rescue SystemCallError
          @folder = nil
        end

        # --- who files issues from here -------------------------------------------------------------------------------

        # Numeric ids of the accounts that this host's tokens were seen to create issues as.
        def reporters
          read(REPORTERS).split.grep(/\A[0-9]{1,18}\z/).map(&:to_i).uniq
        end

        # Remember one: an installation's token cannot ask who it is.
        def add_reporter(account)
          known = reporters
          return if known.include?(account) || known.length >= MOST_REPORTERS

          write(REPORTERS, [*known, account].sort.map { |each| "#{each}\n" }.join)
        end

        # --- what is not finished -------------------------------------------------------------------------------------

        # D8 is to be done for this issue, which was created.
        def owe(number, signature)
          write("#{number}-#{signature}.created", "")
        end

        # D8 is done for it.
        def settled(number, signature)
          delete("#{number}-#{signature}.created")
        end

        # Issues created at least `older` seconds ago whose maker did not come to D8.
        def owed(older)
          return [] unless @folder

          Dir.children(@folder).sort.filter_map { |name| owed_of(OWED.match(name), older) if OWED.match?(name) }
        rescue SystemCallError
          []
        end

        # --- a token without the right to label -----------------------------------------------------------------------

        # The labels it set were dropped: a process that is started again and again must not file each time.
        def cannot_label(token)
          write(no_labels(token), "")
        end

        # False for an hour after `cannot_label`.
        def may_label?(token)
          @folder.nil? || age(no_labels(token)) > NO_LABELS_FOR
        end

        private

        def owed_of(match, older)
          since = age(match[0])
          if since > OWED_FOR
            delete(match[0])
            nil
          elsif since >= older
            Owed.new(match[1].to_i, match[2])
          end
        end

        # Seconds since the file was written; infinite for one that is not there.
        def age(name)
          Time.now - File.lstat(File.join(@folder, name)).mtime
        rescue SystemCallError
          Float::INFINITY
        end

        def no_labels(token)
          "#{Digest::SHA256.hexdigest(token)[0, 16]}.cannot-label"
        end

        def read(name)
          @folder ? File.binread(File.join(@folder, name), 1_000).to_s : ""
        rescue SystemCallError
          ""
        end

        def write(name, text)
          Splat::Files.write(@folder, name, text, sync: false) if @folder
        rescue SystemCallError, IOError
          nil
        end

        def delete(name)
          Splat::Files.remove(File.join(@folder, name)) if @folder
        end
      end
    end
  end
end
