# frozen_string_literal: true

require_relative "utf8"

module Splat
  # Which commit runs and what was deployed, from what platforms say in the environment, else from `.git`.
  module Release
    # Set to the commit by the platform that built or runs the app; the first that looks like one counts.
    COMMIT_VARIABLES = %w[
      HEROKU_SLUG_COMMIT HEROKU_BUILD_COMMIT VERCEL_GIT_COMMIT_SHA RENDER_GIT_COMMIT RAILWAY_GIT_COMMIT_SHA
      CF_PAGES_COMMIT_SHA CODEBUILD_RESOLVED_SOURCE_VERSION BUILD_SOURCEVERSION BITBUCKET_COMMIT CIRCLE_SHA1
      CI_COMMIT_SHA GITHUB_SHA GIT_COMMIT GIT_SHA COMMIT_SHA COMMIT_REF SOURCE_VERSION SOURCE_COMMIT
    ].freeze
    # Names what was deployed, where a platform has a word for it.
    DEPLOY_VARIABLES = %w[HEROKU_RELEASE_VERSION VERCEL_DEPLOYMENT_ID RAILWAY_DEPLOYMENT_ID K_REVISION].freeze
    COMMIT = /\A[0-9A-Fa-f]{7,64}\z/.freeze
    MOST_BYTES = 1_000_000
    private_constant :COMMIT, :MOST_BYTES

    module_function

    # The commit that runs; "" where nothing tells. Reads at most five small files.
    def release(environ, root)
      told = COMMIT_VARIABLES.map { |name| environ[name].to_s.strip }.find { |value| value.match?(COMMIT) }
      told ? told.downcase : of_checkout(root)
    rescue SystemCallError, IOError, ArgumentError
      ""
    end

    # The platform's name for this deployment; "" where it has none.
    def deploy(environ)
      DEPLOY_VARIABLES.map { |name| environ[name].to_s.strip }.find { |value| !value.empty? } || ""
    end

    # Capistrano leaves the commit beside the code and takes `.git` away.
    def of_checkout(root)
      revision = File.join(root, "REVISION")
      return commit(read(revision)) if File.file?(revision)

      folder = git_folder(root) or return ""
      head = read(File.join(folder, "HEAD")).strip
      return commit(head) unless head.start_with?("ref: ")

      name = head.delete_prefix("ref: ").strip
      name.include?("..") || name.start_with?("/") ? "" : of_branch(folder, name)
    end
    private_class_method :of_checkout

    def of_branch(folder, name)
      # A linked work tree keeps its branches in the main one's folder.
      shared = File.join(folder, "commondir")
      folder = File.expand_path(read(shared).strip, folder) if File.file?(shared)
      loose = File.join(folder, name)
      return commit(read(loose)) if File.file?(loose)

      packed = read(File.join(folder, "packed-refs")).each_line(chomp: true).find { |line| line.end_with?(" #{name}") }
      commit(packed.to_s.partition(" ").first)
    end
    private_class_method :of_branch

    def git_folder(root)
      place = File.join(root, ".git")
      return place if File.directory?(place)
      return nil unless File.file?(place)

      told = read(place).strip
      File.expand_path(told.delete_prefix("gitdir: ").strip, root) if told.start_with?("gitdir: ")
    end
    private_class_method :git_folder

    def commit(text)
      text.strip.match?(COMMIT) ? text.strip : ""
    end
    private_class_method :commit

    def read(path)
      UTF8.of(File.binread(path, MOST_BYTES) || "")
    end
    private_class_method :read
  end
end
