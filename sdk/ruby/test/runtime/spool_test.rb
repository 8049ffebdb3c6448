# frozen_string_literal: true

require_relative "../helper"
require "splat/spool"
require "splat/store"
require_relative "captured"

class SpoolTest < Minitest::Test
  def setup
    @folder = File.join(Dir.mktmpdir("splat"), "spool")
    @spool = Splat::Spool.new(@folder)
    @number = 0
  end

  def teardown
    Splat::Spool.forget
    FileUtils.rm_rf(File.dirname(@folder))
  end

  # A number of a process that has ended.
  DEAD = fork { exit! }.tap { |pid| Process.wait(pid) }

  def item(message = "x")
    @number += 1
    report = { "schema" => "splat-report/1", "runtime" => "ruby", "id" => format("%032x", @number),
               "signature" => "a" * 16, "time" => "2026-11-21T07:00:00.000Z",
               "exceptions" => [{ "type" => "KeyError", "message" => message }] }
    Splat::Item.new(report["id"], 1_800_000_000.0 + @number, report)
  end

  def put(message = "x")
    made = item(message)
    @spool.put(made, Splat::Wire.text_of(made))
  end

  def names
    Dir.children(@folder).sort
  end

  def messages(taken)
    taken.map { |each| each.item.body["exceptions"].first["message"] }
  end

  def test_private_and_whole
    path = put
    assert_equal [0o700, 0o600], [@folder, path].map { |each| File.stat(each).mode & 0o777 }
    assert_empty names.grep(/\.tmp/)
  end

  def test_the_oldest_first_each_once_and_back
    3.times { |number| put(number.to_s) }
    first = @spool.take(2)
    assert_equal %w[0 1], messages(first)
    assert_equal %w[2], messages(Splat::Spool.new(@folder).take(5))
    @spool.back(first.first)
    @spool.done(first.last)
    assert_equal %w[0], messages(@spool.take(5))
    assert_equal 2, names.length
  end

  def test_behind_a_name
    3.times { |number| put(number.to_s) }
    after = names[1]
    assert_equal %w[2], messages(@spool.take(5, after))
  end

  def test_what_the_dead_had_comes_back_and_what_the_living_have_does_not
    name = File.basename(put)
    File.rename(File.join(@folder, name), File.join(@folder, "#{name}.#{DEAD}.taken"))
    put("ours")
    held = @spool.take(1)
    assert_equal %w[ours], messages(held)
    @spool.tidy
    assert_equal [name, "#{File.basename(held.first.path)}"].sort, names
  end

  def test_what_cannot_be_read_is_set_aside
    ["{", "[]", "{\"schema\":\"splat-report/2\"}", "\xFF".b, ""].each_with_index do |text, number|
      File.binwrite(File.join(@folder, "2026112107000000#{number}-bad.json"), text)
    end
    File.symlink("/etc/passwd", File.join(@folder, "20261121070000009-link.json"))
    Dir.mkdir(File.join(@folder, "20261121070000010-folder.json"))
    File.mkfifo(File.join(@folder, "20261121070000011-pipe.json"))
    put("good")
    assert_equal %w[good], messages(@spool.take(20))
    assert_operator @spool.unreadable, :>=, 7
  end

  def test_names_that_are_no_text
    odd = File.join(@folder.b, "\xFF\xFE.json.1.taken".b)
    File.binwrite(odd, "x")
    File.binwrite(File.join(@folder.b, "\xE9.json".b), "x")
    put
    @spool.tidy
    assert_equal 1, @spool.take(10).length
    refute Splat::Folder.waits?(File.join(@folder, "nowhere"))
  end

  def test_bounds
    205.times { put }
    assert_equal [200, 5], [names.length, @spool.dropped]
    FileUtils.rm_rf(Dir[File.join(@folder, "*")])
    6.times { put("x" * 3_900_000) }
    assert_operator names.sum { |name| File.size(File.join(@folder, name)) }, :<=, 20_000_000
  end

  def test_a_link_or_a_file_in_the_way
    link = "#{@folder}-link"
    File.symlink(@folder, link)
    assert_raises(Splat::Files::NotPrivate) { Splat::Spool.new(link) }
    File.write("#{@folder}-file", "")
    assert_raises(SystemCallError) { Splat::Spool.new("#{@folder}-file") }
  end

  def test_old_leftovers_go
    ages = { "a.json.1.tmp" => 4_000, "b.json.bad" => 8 * 86_400, "c.json.2.tmp" => 10, "d.json.bad" => 100 }
    ages.each do |name, age|
      path = File.join(@folder, name)
      File.write(path, "x")
      File.utime(Time.now - age, Time.now - age, path)
    end
    @spool.tidy
    assert_equal %w[c.json.2.tmp d.json.bad], names
  end

  def test_what_a_process_has_outlives_its_folder
    made = Array.new(3) { item }
    first = @spool.put_taken(made[0], Splat::Wire.text_of(made[0]))
    FileUtils.rm_rf(@folder)
    again = Splat::Spool.new(@folder)
    second = again.put_taken(made[1], Splat::Wire.text_of(made[1]))
    FileUtils.rm_rf(@folder)
    [first, second].each { |taken| again.back(taken) }
    assert_equal 2, again.take(9).length
    # One whose own file alone is gone was taken for dead.
    third = again.put_taken(made[2], Splat::Wire.text_of(made[2]))
    again.done(third)
    again.back(third)
    assert_empty again.take(9)
  end

  def test_a_folder_that_is_cleaned_up_meanwhile
    said = []
    store = Splat::Store.new(@folder, ->(text, _) { said << text })
    kept = store.keep(item)
    FileUtils.rm_rf(@folder)
    store.settled([kept])
    assert_equal 1, store.later([store.keep(item)]).length + store.take(5).length
    assert_empty said
  end
end
