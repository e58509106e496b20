<?php
// From sources to files: which there are, which may be read, and in what order.

/** Sources with all their fields; a platform's are not named by anybody but the site itself. */
function sr_logs_normal(array $given, $named = false)
{
    $sources = array();
    $formats = sr_logs_headers() + array('nginx-access' => '');
    foreach ($given as $source) {
        if (is_array($source) && isset($source['path'], $source['format']) && isset($formats[$source['format']])) {
            $sources[] = array('named' => $named) + $source + sr_logs_source('', '', 'application');
        }
    }
    return $sources;
}

/** The sources the inventory names. */
function sr_logs_named(array $options)
{
    $purposes = array('nginx-access' => 'access', 'nginx-error' => 'server-error', 'apache-error' => 'server-error',
        'php' => 'php');
    $sources = array();
    foreach (sr_logs_option($options, 'paths') as $path => $format) {
        $sources[] = sr_logs_source($path, $format, isset($purposes[$format]) ? $purposes[$format] : 'application');
    }
    return sr_logs_normal($sources, true);
}

/** The files of the sources that can be read, best first; what cannot is put into the rows at once. */
function sr_logs_files(SrLogRun $run, array $sources)
{
    $files = array();
    $known = $run->skip;
    foreach ($sources as $source) {
        // What was written before logging was switched off is still there to be read, by us and by others.
        $left = $source['purpose'] === 'application' && array_filter(sr_logs_glob($source['path']), 'is_file');
        if ($source['off'] !== '' && !$left) {
            $state = $source['off'] === 'shared' ? 'shared' : 'off';
            sr_logs_row($run, $source, $source['path'], $state, $source['off'], $source['remedy']);
        } elseif ($source['purpose'] === 'report-files') {
            $files[] = array('rank' => 0, 'changed' => $run->now, 'path' => $source['path'], 'source' => $source);
        } elseif (!sr_logs_files_of($run, $source, $files, $known)) {
            sr_logs_absent($run, $source);
        }
    }
    usort($files, 'sr_logs_sooner');
    $run->left = max(0, count($files) - SrLogRun::FILES);
    return array_slice($files, 0, SrLogRun::FILES);
}

/** Adds the files of one source to those known by device and inode; says whether there is any. */
function sr_logs_files_of(SrLogRun $run, array $source, array &$files, array &$known)
{
    $some = false;
    foreach (sr_logs_glob($source['path']) as $path) {
        $real = @realpath($path);
        $stat = $real ? @stat($real) : false;
        if (!$stat) {
            continue;
        }
        $some = true;
        $name = $stat['dev'] . ':' . $stat['ino'];
        if (isset($known[$name])) {
            continue;
        }
        $known[$name] = true;
        $refused = sr_logs_refused($path, $source, $run->that);
        if ($refused !== '') {
            sr_logs_row($run, $source, $path, 'odd', $refused, 'no-link');
            continue;
        }
        $rank = $run->cursor(SrLogRun::key($path)) ? 0 : 1;
        $rank = $source['purpose'] === 'access' ? 2 : $rank;
        $files[] = array('rank' => $rank, 'changed' => $stat['mtime'], 'path' => $path, 'source' => $source);
    }
    return $some;
}

/** Order of reading: what was read before, what was not, requests; within these the last changed first. */
function sr_logs_sooner(array $left, array $right)
{
    if ($left['rank'] !== $right['rank']) {
        return $left['rank'] - $right['rank'];
    }
    return $left['changed'] === $right['changed']
        ? strcmp($left['path'], $right['path'])
        : ($left['changed'] > $right['changed'] ? -1 : 1);
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
    $prefixes = $run->that->prefixes();
    $run->rows[] = array(
        'path' => sr_logs_redact($path, 500),
        'name' => sr_logs_redact(sr_logs_place($path, $prefixes), 300),
        'spec' => sr_logs_redact(sr_logs_place($source['path'], $prefixes), 300),
        'key' => SrLogRun::key($path),
        'format' => $source['format'],
        'purpose' => $source['purpose'],
        'state' => $state,
        'off' => sr_logs_redact($source['off'], 500),
        'unsure' => isset($source['unsure']) ? $source['unsure'] : '',
        'reason' => sr_logs_redact($reason, 500),
        'remedy' => sr_cap($remedy, 500),
    );
    return count($run->rows) - 1;
}
