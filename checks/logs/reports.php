<?php
// Magento's error reports: a file for each error page that was shown.

/** Counts the reports that were written since the last round, and what they say. */
function sr_logs_reports(SrLogRun $run, array $source)
{
    $folder = sr_logs_folder($source['path']);
    if (!@is_dir($folder) || !@is_readable($folder)) {
        sr_logs_absent($run, $source);
        return;
    }
    $key = SrLogRun::key($source['path']);
    $cursor = $run->cursor($key);
    $after = $cursor ? $cursor['w'] : $run->now - (int) $run->number('look_back', 86400) - 1;
    $until = $run->now - 1;  // what is being written in this second is left for the next time
    $number = sr_logs_row($run, $source, $source['path'], 'read');
    $new = array();
    foreach (sr_logs_glob($source['path']) as $path) {
        $stat = @lstat($path);
        $regular = $stat && ($stat['mode'] & 0170000) === 0100000;
        if ($regular && $stat['mtime'] > $after && $stat['mtime'] <= $until
            && sr_logs_refused($path, $source, $run->that) === '') {
            $new[$path] = $stat['mtime'];
        }
    }
    arsort($new);
    foreach (array_slice($new, 0, 300, true) as $path => $at) {
        $message = sr_logs_report((string) sr_read($path, 65536));
        if ($message !== '') {
            $run->groups->add($number, $at, 'error', $message . ' {"report_id":""}');
        }
    }
    $run->cursors[$key] = array('i' => 0, 'o' => 0, 'n' => 0, 'h' => '', 't' => '', 'w' => $until);
    $count = count($new);
    $run->rows[$number] += array('how' => $cursor ? 'continued' : 'first', 'lines' => $count, 'headers' => $count,
        'records' => $count, 'rotates' => true);
}

/** The message of a report: the first member of a list in JSON, or in PHP's own form, as Magento 1 has it. */
function sr_logs_report($text)
{
    $told = json_decode($text, true);
    $told = is_array($told) ? $told : sr_unserialize($text);
    if (!is_array($told) && preg_match('/^\{"0":("(?:[^"\\\\]|\\\\.)*+")/', $text, $part)) {
        $told = array(json_decode($part[1]));  // cut off
    }
    return is_array($told) && isset($told[0]) && is_string($told[0]) ? $told[0] : '';
}
