<?php
// How far a log was read, and where it goes on after it was rotated, truncated or rewritten.
//
// A cursor is array('i' => inode, 'o' => offset, 'n' => bytes hashed at the start, 'h' => their hash, 't' => hash of
// the 256 bytes before the offset, 'w' => when it was read, 'p' => after a rotation or of an empty log, the cursor of
// what it was rotated to last, 'f' => where reading was not finished, the time before which records are left out).
// Content decides: an inode is used again, a name moves on, a device number changes, and files of one program begin
// alike, so that the bytes before the offset are compared too.

/** Where reading of one log stands: what to read, in order, and what is known to be missing. */
class SrLogPlan
{
    public $how;  // first, continued, rotated, truncated, rewritten
    public $earlier = array();  // array(array(path, packed, offset, since), …), oldest first
    public $from = 0;
    public $lost = '';
    public $since = 0;  // older records were read before

    public function __construct($how, $from = 0)
    {
        $this->how = $how;
        $this->from = $from;
    }
}

function sr_logs_hash($text)
{
    return substr(hash('sha256', $text), 0, 16);
}

/** The cursor of a file that was read to an offset. */
function sr_logs_cursor(SrLogFile $file, $offset, $now)
{
    $head = $file->bytes(0, min(1024, $offset));
    $tail = min(256, $offset);
    return array(
        'i' => $file->inode,
        'o' => $offset,
        'n' => strlen($head),
        'h' => sr_logs_hash($head),
        't' => sr_logs_hash($file->bytes($offset - $tail, $tail)),
        'w' => $now,
    );
}

/** The cursor of the end of what an empty log was rotated to last, or null. */
function sr_logs_sibling_cursor($path, SrLogBudget $budget, $now)
{
    foreach (sr_logs_siblings($path) as $sibling) {
        $file = $sibling['packed'] ? SrLogFile::open_packed($sibling['path']) : SrLogFile::open($sibling['path']);
        $end = $file ? $file->end($budget) : 0;
        if ($end > 0) {
            $cursor = sr_logs_cursor($file, $end, $now);
            $file->close();
            return $cursor;
        }
        if ($file) {
            $file->close();
        }
    }
    return null;
}

/** The cursor as it came, or null when it is not one. */
function sr_logs_known($cursor, $inner = false)
{
    if (!is_array($cursor)) {
        return null;
    }
    foreach (array('i', 'o', 'n', 'w') as $name) {
        if (!isset($cursor[$name]) || !is_int($cursor[$name]) || $cursor[$name] < 0) {
            return null;
        }
    }
    if (!isset($cursor['h'], $cursor['t']) || $cursor['n'] > min(1024, $cursor['o'])) {
        return null;
    }
    $cursor['p'] = !$inner && isset($cursor['p']) ? sr_logs_known($cursor['p'], true) : null;
    return $cursor;
}

/** Whether a file still holds what was read to the cursor's offset. */
function sr_logs_holds(SrLogFile $file, array $cursor)
{
    $tail = min(256, $cursor['o']);
    return $file->size >= $cursor['o']
        && sr_logs_hash($file->bytes(0, $cursor['n'])) === $cursor['h']
        && sr_logs_hash($file->bytes($cursor['o'] - $tail, $tail)) === $cursor['t'];
}

/** What to read of a file whose cursor is known. */
function sr_logs_resume($path, SrLogFile $file, array $cursor, SrLogBudget $budget)
{
    if ($cursor['o'] === 0) {
        return sr_logs_was_empty($path, $file, $cursor, $budget);
    }
    if ($file->inode === $cursor['i'] && sr_logs_holds($file, $cursor)) {
        $plan = new SrLogPlan('continued', $cursor['o']);
        // A program may write to the rotated file until it is told to open the new one.
        $late = $cursor['p'] ? sr_logs_rotated($path, $cursor['p'], $budget) : null;
        $plan->earlier = $late ? array_slice($late->earlier, 0, 1) : array();
        return $plan;
    }
    $plan = sr_logs_rotated($path, $cursor, $budget);
    if ($plan) {
        return $plan;
    }
    if (sr_logs_holds($file, $cursor)) {
        return new SrLogPlan('continued', $cursor['o']);  // copied elsewhere and back
    }
    $same = $file->inode === $cursor['i'];
    $plan = new SrLogPlan($same ? ($file->size < $cursor['o'] ? 'truncated' : 'rewritten') : 'rotated');
    $plan->since = $cursor['w'];  // somebody may have kept its last lines
    $said = array(
        'truncated' => 'it was truncated',
        'rewritten' => 'it was rewritten or truncated',
        'rotated' => 'it was replaced, and the file it was before is gone or packed in another way than gzip',
    );
    $plan->lost = $said[$plan->how];
    return $plan;
}

/** The plan for a log that was empty: nothing in it tells it apart, but what lay beside it tells what came later. */
function sr_logs_was_empty($path, SrLogFile $file, array $cursor, SrLogBudget $budget)
{
    $same = $file->inode === $cursor['i'];
    $plan = null;
    if ($cursor['p']) {
        $plan = sr_logs_rotated($path, $cursor['p'], $budget);
    }
    if (!$plan) {
        $plan = new SrLogPlan('continued');
        foreach (array_reverse(sr_logs_siblings($path)) as $sibling) {
            if (!$cursor['p'] || $sibling['changed'] > $cursor['w']) {
                $plan->earlier[] = array($sibling['path'], $sibling['packed'], 0, $cursor['p'] ? $cursor['w'] + 1 : 0);
            }
        }
        if (!$same && !$plan->earlier) {
            $plan->lost = 'it was replaced, and the file it was before is gone';
        }
    }
    $plan->how = $same ? 'continued' : 'rotated';
    return $plan;
}

/** The plan after a rotation whose earlier file was found by what is in it, or null. */
function sr_logs_rotated($path, array $cursor, SrLogBudget $budget)
{
    $siblings = sr_logs_siblings($path);
    foreach ($siblings as $place => $sibling) {
        if ($budget->spent() || !sr_logs_sibling_holds($sibling, $cursor)) {
            continue;
        }
        $plan = new SrLogPlan('rotated');
        $plan->earlier[] = array($sibling['path'], $sibling['packed'], $cursor['o'], 0);
        foreach (array_reverse(array_slice($siblings, 0, $place)) as $newer) {
            $plan->earlier[] = array($newer['path'], $newer['packed'], 0, 0);
        }
        return $plan;
    }
    return null;
}

function sr_logs_sibling_holds(array $sibling, array $cursor)
{
    if ($sibling['packed'] && $cursor['o'] > 1073741824) {
        return false;
    }
    $file = $sibling['packed'] ? SrLogFile::open_packed($sibling['path']) : SrLogFile::open($sibling['path']);
    if (!$file) {
        return false;
    }
    $holds = sr_logs_holds($file, $cursor);
    $file->close();
    return $holds;
}

/** What a log may have been rotated to, newest first by its number or date: array(path, packed, inode), at most 40. */
function sr_logs_siblings($path)
{
    $folder = dirname($path);
    $base = basename($path);
    $dot = strrpos($base, '.');
    $stem = $dot ? substr($base, 0, $dot) : $base;
    $tail = $dot ? preg_quote(substr($base, $dot), '/') : '';
    $plain = '/^' . preg_quote($base, '/') . '[._-]?(\d[\d._T-]*?)(\.gz)?$/D';
    $inner = '/^' . preg_quote($stem, '/') . '[._-](\d[\d._T-]*?)' . $tail . '(\.gz)?$/D';
    $names = sr_list($folder);
    if ($names === null) {
        $names = array("$base.1", "$base.0", "$base.1.gz", "$base.0.gz");  // a folder that may be entered, not listed
    }
    $found = array();
    foreach ($names as $name) {
        if ($name === $base || !(preg_match($plain, $name, $part) || preg_match($inner, $name, $part))) {
            continue;
        }
        clearstatcache();
        $stat = @lstat("$folder/$name");
        $whole = $stat && ($stat['nlink'] < 2 || $stat['uid'] === @fileowner($path));  // no second name of another's
        if ($whole && ($stat['mode'] & 0170000) === 0100000) {
            $found[] = array(
                'path' => "$folder/$name",
                'packed' => isset($part[2]),
                'inode' => $stat['ino'],
                'suffix' => $part[1],
                'changed' => $stat['mtime'],
            );
        }
    }
    usort($found, 'sr_logs_newer');
    $once = array();
    foreach ($found as $sibling) {
        $once += array('_' . $sibling['suffix'] => $sibling);  // x.1 and the x.1.gz that is just being made of it
    }
    return array_slice(array_values($once), 0, 40);
}

/** Order of rotated files, newest first: a number rises with age, a date falls. */
function sr_logs_newer(array $left, array $right)
{
    $numbered = array(strlen($left['suffix']) < 6, strlen($right['suffix']) < 6);
    if ($numbered[0] !== $numbered[1]) {
        return $right['changed'] - $left['changed'];
    }
    $order = $numbered[0] ? strnatcmp($left['suffix'], $right['suffix']) : strnatcmp($right['suffix'], $left['suffix']);
    return $order ? $order : $left['packed'] - $right['packed'];
}
