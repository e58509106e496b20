<?php
// Reads what is new in a site's logs and reduces it to one document. Called by main.php in mode 'logs'.
//
// Options: host, root; part ('all', 'application', 'server'); cursors (by the hash of a path); since (when the last
// round read, 0 the first time); look_back, seconds, bytes, tail (limits); paths (path => format); nginx, apache, fpm,
// fpm_logs, usual (where the server's configuration and logs are); read (files another run has read).

/** One run: its limits, what it found, what it has to say. */
class SrLogRun
{
    const FILES = 150;

    public $options;
    public $that;
    public $budget;
    public $groups;
    public $now;
    public $zone;
    public $cursors = array();
    public $rows = array();
    public $access = array();
    public $seen = array();  // device:inode => offset up to which this run read it
    public $read = array();  // device:inode of files this run has read
    public $skip = array();
    public $left = 0;  // files beyond the limit

    public function number($name, $default)
    {
        return isset($this->options[$name]) && is_numeric($this->options[$name]) ? $this->options[$name] + 0 : $default;
    }

    /** The key of a path's cursor; names may hold any bytes, and secrets. */
    public static function key($path)
    {
        return substr(hash('sha256', $path), 0, 16);
    }

    public function cursor($key)
    {
        return isset($this->options['cursors'][$key]) ? sr_logs_known($this->options['cursors'][$key]) : null;
    }
}

/** The parts of the document: files, groups, counts, and where reading goes on. */
function sr_logs_main(array $sources, array $options, array $site)
{
    $run = new SrLogRun();
    $run->options = $options;
    $run->budget = new SrLogBudget($options);
    $run->now = time();
    $run->zone = sr_logs_zone();
    $run->that = sr_logs_site($site, $options + array('root' => isset($site['root']) ? $site['root'] : ''));
    $run->groups = new SrLogGroups(array_map('sr_logs_slashed', $run->that->roots), $run->now);
    foreach (preg_split('/ /', isset($options['read']) ? (string) $options['read'] : '', -1, PREG_SPLIT_NO_EMPTY) as $name) {
        $run->skip[$name] = true;
    }
    $part = isset($options['part']) ? $options['part'] : 'all';
    $all = $part === 'server' ? array() : array_merge(sr_logs_normal($sources), sr_logs_named($options));
    $all = array_merge($all, sr_logs_server_sources($run->that, $options));
    $files = sr_logs_files($run, $all);
    foreach ($files as $place => $file) {
        sr_logs_read($run, $place, $file);
    }
    return array(
        'read' => implode(' ', array_keys($run->read)),
        'now' => $run->now,
        'zone' => $run->zone,
        'part' => $part,
        'user' => sr_user(),
        'sources' => $run->rows,
        'groups' => $run->groups->rows(),
        'counts' => $run->groups->counts,
        'other' => $run->groups->other,
        'grave' => $run->groups->grave,
        'access' => $run->access,
        'cursors' => sr_logs_cursor_rows($run->cursors),
        'unread' => array_slice($run->that->unread, 0, 20),
        'configured' => $run->that->configured,
        'served' => count($run->that->own),
        'left' => $run->left,
        'peak' => memory_get_peak_usage(true),
        'seconds' => round(microtime(true) - $run->budget->started, 3),
    );
}

/** Cursors as a list: a key of digits alone would not stay a text as a key of PHP's. */
function sr_logs_cursor_rows(array $cursors)
{
    $rows = array();
    foreach ($cursors as $key => $cursor) {
        $rows[] = array('key' => (string) $key) + $cursor;
    }
    return $rows;
}

function sr_logs_slashed($root)
{
    return $root . '/';
}

/** A platform's sources with all their fields. */
function sr_logs_normal(array $given)
{
    $sources = array();
    $formats = sr_logs_headers() + array('nginx-access' => '');
    foreach ($given as $source) {
        if (is_array($source) && isset($source['path'], $source['format']) && isset($formats[$source['format']])) {
            $sources[] = $source + sr_logs_source('', '', 'application');
        }
    }
    return $sources;
}

/** The sources the inventory names. */
function sr_logs_named(array $options)
{
    $sources = array();
    foreach (sr_logs_option($options, 'paths') as $path => $format) {
        $purposes = array('nginx-access' => 'access', 'nginx-error' => 'server-error', 'apache-error' => 'server-error', 'php' => 'php');
        $sources[] = sr_logs_source($path, $format, isset($purposes[$format]) ? $purposes[$format] : 'application');
    }
    return sr_logs_normal($sources);
}

/** The files of the sources that can be read, best first; what cannot is put into the rows at once. */
function sr_logs_files(SrLogRun $run, array $sources)
{
    $files = array();
    $known = array();
    foreach ($sources as $source) {
        // What was written before logging was switched off is still there to be read, by us and by others.
        $left = $source['off'] !== '' && $source['purpose'] === 'application' && array_filter(sr_logs_glob($source['path']), 'is_file');
        if ($source['off'] !== '' && !$left) {
            $state = $source['purpose'] === 'access' && $source['off'] === 'shared' ? 'shared' : 'off';
            sr_logs_row($run, $source, $source['path'], $state, $source['off'], $source['remedy']);
            continue;
        }
        if ($source['purpose'] === 'report-files') {
            $files[] = array('rank' => 0, 'changed' => $run->now, 'path' => $source['path'], 'source' => $source);
            continue;
        }
        $some = false;
        foreach (sr_logs_glob($source['path']) as $path) {
            $real = @realpath($path);
            $stat = $real ? @stat($real) : false;
            if (!$stat) {
                continue;
            }
            $some = true;
            $name = $stat['dev'] . ':' . $stat['ino'];
            if (isset($known[$name]) || isset($run->skip[$name])) {
                continue;
            }
            $known[$name] = true;
            $rank = $source['purpose'] === 'access' ? 2 : (sr_logs_has_cursor($run, $path) ? 0 : 1);
            $files[] = array('rank' => $rank, 'changed' => $stat['mtime'], 'path' => $path, 'source' => $source);
        }
        if (!$some) {
            sr_logs_absent($run, $source);
        }
    }
    usort($files, function ($left, $right) {
        $order = $left['rank'] - $right['rank'];
        return $order ? $order : ($right['changed'] - $left['changed'] ? $right['changed'] - $left['changed'] : strcmp($left['path'], $right['path']));
    });
    $run->left = max(0, count($files) - SrLogRun::FILES);
    return array_slice($files, 0, SrLogRun::FILES);
}

function sr_logs_has_cursor(SrLogRun $run, $path)
{
    return $run->cursor(SrLogRun::key($path)) !== null;
}

/** A source of which no file is there, or may be looked at. */
function sr_logs_absent(SrLogRun $run, array $source)
{
    if ($source['optional']) {
        return;
    }
    $folder = sr_logs_folder($source['path']);
    if ($folder === $source['path'] && @is_link($folder)) {
        sr_logs_row($run, $source, $folder, 'odd', sr_why($folder), sr_permission_remedy($folder));
        return;
    }
    $looked = $folder === $source['path'] ? dirname($folder) : $folder;
    $barrier = sr_barrier($looked);
    $path = @is_dir($looked) && $folder !== $source['path'] && !@is_readable($looked) ? $looked : $folder;
    if (sr_denied($path) || (@is_dir($barrier) && !@is_executable($barrier))) {
        sr_logs_row($run, $source, $source['path'], 'unreadable', sr_why($path), sr_permission_remedy($path));
    } else {
        sr_logs_row($run, $source, $source['path'], 'missing', sr_why($folder), '');
    }
}

/** Adds a row about a file, or a source that has none, and gives its number. */
function sr_logs_row(SrLogRun $run, array $source, $path, $state, $reason = '', $remedy = '')
{
    $name = sr_logs_place($path, array_map('sr_logs_slashed', $run->that->roots));
    $run->rows[] = array(
        'path' => sr_logs_redact($path, 500),
        'name' => sr_logs_redact($name, 300),
        'spec' => sr_logs_redact(sr_logs_place($source['path'], array_map('sr_logs_slashed', $run->that->roots)), 300),
        'key' => SrLogRun::key($path),
        'format' => $source['format'],
        'purpose' => $source['purpose'],
        'state' => $state,
        'off' => sr_logs_redact($source['off'], 500),
        'reason' => sr_logs_redact($reason, 500),
        'remedy' => sr_logs_redact($remedy, 500),
    );
    return count($run->rows) - 1;
}

/** Reads one file, or a folder of reports. */
function sr_logs_read(SrLogRun $run, $place, array $entry)
{
    $source = $entry['source'];
    $path = $entry['path'];
    if ($source['purpose'] === 'report-files') {
        sr_logs_reports($run, $source);
        return;
    }
    $file = SrLogFile::open($path);
    if (!$file) {
        if ($source['optional'] && !@is_readable($path)) {
            return;
        }
        $odd = @file_exists($path) && !@is_file($path);
        $why = $odd ? 'not a regular file: ' . $path : sr_absence($path);
        sr_logs_row($run, $source, $path, $odd ? 'odd' : 'unreadable', $why, $odd ? '' : sr_permission_remedy($path));
        return;
    }
    $number = sr_logs_row($run, $source, $path, 'read', '', $source['remedy']);
    $row = sr_logs_read_open($run, $number, $file, $path, $source);
    $run->read[$file->device . ':' . $file->inode] = true;
    $file->close();
    $run->rows[$number] += $row + array('size' => $file->size, 'changed' => $file->changed,
        'public' => sr_logs_redact(sr_logs_public($file->path, $run->that), 300),
        'rotates' => (bool) sr_logs_siblings($path));
}

/** Reads what is new of an open file and of those it was before; gives what is to be said of that. */
function sr_logs_read_open(SrLogRun $run, $number, SrLogFile $file, $path, array $source)
{
    $key = SrLogRun::key($path);
    $sink = $source['purpose'] === 'access'
        ? new SrLogAccess($run->now)
        : new SrLogRecords($source['format'], $run->groups, $number, $run->zone, sr_logs_mine($source['only'], $run->that));
    $cursor = $run->cursor($key);
    $plan = $cursor ? sr_logs_resume($path, $file, $cursor, $run->budget) : sr_logs_begin($run, $file, $source);
    $told = array('how' => $plan->how, 'read' => 0, 'skipped' => 0, 'later' => 0, 'lost' => $plan->lost);
    $told['lost_since'] = $plan->lost !== '' && $cursor ? $cursor['w'] : 0;
    foreach ($plan->earlier as $earlier) {
        sr_logs_read_earlier($run, $earlier, $sink, $told);
    }
    // What was left for later still has its older part left out.
    $plan->since = $plan->how === 'continued' && isset($cursor['f']) ? (int) $cursor['f'] : $plan->since;
    $sink->floor = $plan->since;
    $from = $plan->from;
    if ($file->size - $from > $run->budget->bytes) {
        $told['skipped'] += $file->size - $run->budget->bytes - $from;
        $from = sr_logs_align($file, $file->size - $run->budget->bytes);
    }
    $behind = $file->lines($from, $file->size, $sink, $run->budget);
    $sink->flush();
    if ($run->budget->spent()) {
        $told['later'] = $file->size - $behind;
    } elseif ($behind === $from && $file->size - $from >= min($run->budget->bytes, 8388608)) {
        $told['skipped'] += $file->size - $from;  // no line's end as far as one may look
        $behind = $file->size;
    }
    $told['read'] += $behind - $from;
    $run->cursors[$key] = sr_logs_cursor($file, $behind, $run->now) + array(
        'p' => $behind === 0 ? sr_logs_sibling_cursor($path, $run->budget, $run->now) : null,
        'f' => $told['later'] ? $plan->since : null,
    );
    $run->seen[$file->inode] = $behind;
    $told += array('lines' => $sink->lines, 'headers' => $sink->headers, 'records' => $sink->records, 'older' => $sink->older);
    if ($source['purpose'] === 'access') {
        $run->access[] = array('source' => $number, 'requests' => $sink->records, 'failed' => $sink->failed,
            'hours' => $sink->rows(), 'worst' => $sink->worst());
    }
    return $told;
}

/** Reads what a file held, before it was rotated, that no round has read. */
function sr_logs_read_earlier(SrLogRun $run, array $earlier, $sink, array &$told)
{
    list($path, $packed, $from, $since) = $earlier;
    $file = $packed ? SrLogFile::open_packed($path) : SrLogFile::open($path);
    if (!$file) {
        $told['lost'] = 'a rotated file could not be read: ' . sr_logs_redact(basename($path), 200);
        return;
    }
    $sink->floor = $since;
    $most = $run->budget->bytes;
    if (!$packed && $file->size - $from > $most) {
        $told['skipped'] += $file->size - $most - $from;
        $from = sr_logs_align($file, $file->size - $most);
    }
    $to = $packed ? $from + $most : $file->size;
    $behind = $file->lines($from, $to, $sink, $run->budget, true);
    $sink->flush();
    $told['read'] += $behind - $from;
    $rest = $packed ? strlen($file->bytes($behind, 1)) : $file->size - $behind;
    if ($rest > 0) {
        $told['lost'] = 'a rotated file was longer than one round reads: ' . sr_logs_redact(basename($path), 200);
    }
    $run->seen[$file->inode] = $behind;
    $file->close();
}

/** The first offset from $from on where a line begins. */
function sr_logs_align(SrLogFile $file, $from)
{
    $end = $from > 0 ? strpos($file->bytes($from - 1, SrLogFile::LONGEST), "\n") : false;
    return $end === false ? $from : $from + $end;
}

/** Where to begin with a file that has no cursor. */
function sr_logs_begin(SrLogRun $run, SrLogFile $file, array $source)
{
    if (isset($run->seen[$file->inode])) {
        return new SrLogPlan('continued', min($file->size, $run->seen[$file->inode]));  // read as what another was before
    }
    foreach (isset($run->options['cursors']) ? $run->options['cursors'] : array() as $given) {
        $cursor = sr_logs_known($given);
        if ($cursor && $cursor['o'] > 0 && sr_logs_holds($file, $cursor)) {
            return new SrLogPlan('continued', $cursor['o']);  // moved here from another name
        }
    }
    $plan = new SrLogPlan('first');
    $since = (int) $run->number('since', 0);
    $back = $run->now - (int) $run->number('look_back', 86400);
    $plan->since = $since > 0 ? min($since, $back) : $back;
    $tail = (int) $run->number('tail', 5242880);
    if ($file->size > $tail && !($since > 0 && sr_logs_first_time($run, $file, $source) >= $plan->since)) {
        $plan->from = sr_logs_align($file, $file->size - $tail);
    }
    return $plan;
}

/** When the first record of a file was written; 0 where that cannot be told. */
function sr_logs_first_time(SrLogRun $run, SrLogFile $file, array $source)
{
    $nobody = new SrLogGroups(array(), $run->now);
    $sink = $source['purpose'] === 'access' ? new SrLogAccess($run->now) : new SrLogRecords($source['format'], $nobody, 0, $run->zone);
    $file->lines(0, min($file->size, SrLogFile::LONGEST), $sink, $run->budget);
    $sink->flush();
    return $sink->first;
}

/** Counts the error reports that were written since the last round, and what they say. */
function sr_logs_reports(SrLogRun $run, array $source)
{
    $key = SrLogRun::key($source['path']);
    $cursor = $run->cursor($key);
    $after = $cursor ? $cursor['w'] : $run->now - (int) $run->number('look_back', 86400) - 1;
    $until = $run->now - 1;  // what is being written in this second is left for the next time
    $folder = sr_logs_folder($source['path']);
    if (!@is_dir($folder) || !@is_readable($folder)) {
        sr_logs_absent($run, $source);
        return;
    }
    $number = sr_logs_row($run, $source, $source['path'], 'read');
    $new = array();
    foreach (sr_logs_glob($source['path']) as $path) {
        $stat = @lstat($path);
        if ($stat && ($stat['mode'] & 0170000) === 0100000 && $stat['mtime'] > $after && $stat['mtime'] <= $until) {
            $new[$path] = $stat['mtime'];
        }
    }
    arsort($new);
    foreach (array_slice($new, 0, 300, true) as $path => $at) {
        $text = (string) sr_read($path, 65536);
        $told = json_decode($text, true);
        $told = is_array($told) ? $told : sr_unserialize($text);
        if (!is_array($told) && preg_match('/^\{"0":("(?:[^"\\\\]|\\\\.)*")/', $text, $part)) {
            $told = array(json_decode($part[1]));
        }
        if (is_array($told) && isset($told[0]) && is_string($told[0])) {
            $run->groups->add($number, $at, 'error', $told[0] . ' {"report_id":""}');
        }
    }
    $run->cursors[$key] = array('i' => 0, 'o' => 0, 'n' => 0, 'h' => '', 't' => '', 'w' => $until);
    $run->rows[$number] += array('how' => $cursor ? 'continued' : 'first', 'read' => 0, 'skipped' => 0, 'later' => 0, 'lost' => '',
        'lost_since' => 0, 'lines' => count($new), 'headers' => count($new), 'records' => count($new), 'older' => 0, 'size' => 0, 'changed' => $new ? max($new) : 0,
        'public' => '', 'rotates' => true);
}
