<?php
// Reading one log: what it was before, what is new, and what had to be left out.

/** Reads one file, or a folder of reports. */
function sr_logs_read(SrLogRun $run, array $entry)
{
    $source = $entry['source'];
    $path = $entry['path'];
    if ($source['purpose'] === 'report-files') {
        sr_logs_reports($run, $source);
        return;
    }
    $file = SrLogFile::open($path);
    if (!$file) {
        sr_logs_closed($run, $source, $path);
        return;
    }
    $number = sr_logs_row($run, $source, $path, 'read', '', $source['remedy']);
    $run->rows[$number] += sr_logs_read_open($run, $number, $file, $path, $source) + array(
        'size' => $file->size,
        'changed' => $file->changed,
        'public' => sr_logs_redact(sr_logs_public($file->path, $run->that), 300),
        'rotates' => (bool) sr_logs_siblings($path),
    );
    $run->read[$file->name()] = true;
    $file->close();
}

/** Says why a file cannot be opened. */
function sr_logs_closed(SrLogRun $run, array $source, $path)
{
    if ($source['optional'] && !@is_readable($path)) {
        return;
    }
    if (@file_exists($path) && !@is_file($path)) {
        sr_logs_row($run, $source, $path, 'odd', 'not a regular file: ' . $path);
        return;
    }
    sr_logs_row($run, $source, $path, 'unreadable', sr_absence($path), sr_permission_remedy($path));
}

/** Reads what is new of an open file and of those it was before; gives what is to be said of that. */
function sr_logs_read_open(SrLogRun $run, $number, SrLogFile $file, $path, array $source)
{
    $key = SrLogRun::key($path);
    $cursor = $run->cursor($key);
    if ($run->budget->spent()) {
        return array('how' => 'continued', 'later' => max(0, $file->size - ($cursor ? $cursor['o'] : 0)));
    }
    $sink = sr_logs_sink($run, $number, $source, $run->groups);
    $plan = $cursor ? sr_logs_resume($path, $file, $cursor, $run->budget) : sr_logs_begin($run, $file, $source);
    $told = array('how' => $plan->how, 'read' => 0, 'skipped' => 0, 'later' => 0, 'lost' => $plan->lost);
    foreach ($plan->earlier as $earlier) {
        sr_logs_read_earlier($run, $earlier, $sink, $told);
    }
    // What was left for later still has its older part left out.
    $sink->floor = $plan->how === 'continued' && isset($cursor['f']) ? (int) $cursor['f'] : $plan->since;
    $behind = sr_logs_read_new($run, $file, $plan->from, $sink, $told);
    if ($plan->how === 'first' && $plan->from > 0 && !$sink->older) {
        $told['skipped'] += $plan->from;
    }
    $run->cursors[$key] = sr_logs_cursor($file, $behind, $run->now) + array(
        'p' => $behind && $plan->how !== 'rotated' ? null : sr_logs_sibling_cursor($path, $run->budget, $run->now),
        'f' => $told['later'] ? $sink->floor : null,
    );
    $run->seen[$file->name()] = $behind;
    if ($source['purpose'] === 'access') {
        $run->access[] = $sink->row($number);
    }
    $told['lost_since'] = $told['lost'] !== '' && $cursor ? $cursor['w'] : 0;
    return $told + array('lines' => $sink->lines, 'headers' => $sink->headers, 'records' => $sink->records,
        'older' => $sink->older);
}

/** What takes the lines of a source. */
function sr_logs_sink(SrLogRun $run, $number, array $source, SrLogGroups $groups)
{
    if ($source['purpose'] === 'access') {
        return new SrLogAccess($run->now);
    }
    return new SrLogRecords($source['format'], $groups, $number, $run->zone, sr_logs_mine($source['only'], $run->that));
}

/** Reads a file from an offset to its end, or as far as it may; gives the offset where reading goes on. */
function sr_logs_read_new(SrLogRun $run, SrLogFile $file, $from, $sink, array &$told)
{
    $most = $run->budget->bytes;
    if ($file->size - $from > $most) {
        $told['skipped'] += $file->size - $most - $from;
        $from = sr_logs_align($file, $file->size - $most);
    }
    $behind = $file->lines($from, $file->size, $sink, $run->budget);
    $sink->flush();
    if ($run->budget->spent()) {
        $told['later'] = $file->size - $behind;
    } elseif ($behind === $from && $file->size - $from >= min($most, 8388608)) {
        $told['skipped'] += $file->size - $from;  // no line's end as far as one may look
        $behind = $file->size;
    }
    $told['read'] += $behind - $from;
    return $behind;
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
    $run->seen[$file->name()] = $behind;
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
    if (isset($run->seen[$file->name()])) {
        return new SrLogPlan('continued', min($file->size, $run->seen[$file->name()]));  // as what another was before
    }
    foreach (sr_logs_option($run->options, 'cursors') as $given) {
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
    $sink = sr_logs_sink($run, 0, $source, new SrLogGroups(array(), $run->now));
    $file->lines(0, min($file->size, SrLogFile::LONGEST), $sink, $run->budget);
    $sink->flush();
    return $sink->first;
}
