<?php
// Lines of a log, joined to records. Only a record's header says when it was written and how grave it is: everything
// behind the header may come from a visitor.

/** Header of each format: time, and what else the header holds. */
function sr_logs_headers()
{
    $iso = '\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d';
    $zone = '(?<zone>Z|[+-]\d\d:?\d\d)?';
    $level = '(?<level>DEBUG|INFO|NOTICE|WARNING|ERROR|CRITICAL|ALERT|EMERGENCY)';
    $said = '(?<said>.*)$/s';
    return array(
        'php' => '/^\[(?<at>\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d)(?:\.\d+)?'
            . '(?: (?<zone>[A-Za-z][A-Za-z0-9_\/+-]{0,40}|[+-]\d\d:?\d\d))?\] ' . $said,
        'monolog' => "/^\\[(?<at>$iso)(?:\\.\\d+)?$zone\\] [\\w .-]{1,60}\\.$level: ?$said",
        'magento1' => "/^(?<at>$iso)$zone (?<level>EMERG|ALERT|CRIT|ERR|WARN|NOTICE|INFO|DEBUG) \\(\\d\\): ?$said",
        'ee' => "/^(?<level>ERROR|DEBUG|INFO|ALL) - (?<at>$iso) --> ?$said",
        'wc' => "/^(?<at>$iso)$zone $level $said",
        'nginx-error' => '/^(?<at>\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d) \[(?<level>[a-z]{4,6})\] \d+#\d+: '
            . '(?:\*\d+ )?' . $said,
        'apache-error' => '/^\[(?<at>[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d(?:\.\d+)? \d{4})\] '
            . '\[(?:[\w-]*:)?(?<level>[a-z]+\d?)\] (?:\[pid [^\]]*\] )?(?:\(\d+\)[^:]{1,80}: )?(?:\[client [^\]]*\] )?'
            . $said,
    );
}

/** Takes lines, gives records to the groups. One for each file. */
class SrLogRecords
{
    const MOST = 8192;

    public $lines = 0;
    public $records = 0;
    public $older = 0;
    public $headers = 0;
    public $first = 0;
    public $floor = 0;
    private $header;
    private $groups;
    private $source;
    private $zone;
    private $mine;
    private $record = null;
    private $more = '';
    private $times = array();

    /** `$mine`: a function of a record's whole text that says whether it concerns this site; null: all do. */
    public function __construct($format, SrLogGroups $groups, $source, $zone, $mine = null)
    {
        $headers = sr_logs_headers();
        $this->header = $headers[$format];
        $this->groups = $groups;
        $this->source = $source;
        $this->zone = $zone;
        $this->mine = $mine;
    }

    public function line($line)
    {
        $this->lines++;
        if ($line !== '' && $line[0] === "\0") {
            $line = ltrim($line, "\0");
        }
        $first = $line === '' ? '' : $line[0];
        // What a record goes on with: a trace's lines, indented ones, empty ones.
        $begins = $first !== '' && $first !== '#' && $first !== ' ' && $first !== "\t";
        if (!$begins || !preg_match($this->header, $line, $part) || $this->traces($part['said'])) {
            if ($this->record !== null && strlen($this->more) < self::MOST) {
                $this->more .= "\n" . substr($line, 0, self::MOST - strlen($this->more));
            }
            return;
        }
        $this->flush();
        $this->headers++;
        $this->record = $part;
    }

    /** Whether a line with a header of its own belongs to the one before: Xdebug writes traces so. */
    private function traces($said)
    {
        return $this->record !== null && preg_match('/^PHP (?:Stack trace:|\s+\d+\. )/', $said);
    }

    /** The record that was being gathered is complete. */
    public function flush()
    {
        $record = $this->record;
        $more = $this->more;
        $this->record = null;
        $this->more = '';
        if ($record === null) {
            return;
        }
        $zone = isset($record['zone']) && $record['zone'] !== '' ? $record['zone'] : $this->zone;
        $at = $this->time($record['at'], $zone);
        $this->first = $this->first ? $this->first : $at;
        if ($at < $this->floor) {
            $this->older++;
            return;
        }
        $said = rtrim(substr($record['said'], 0, self::MOST) . $more, "\r\n");
        $level = isset($record['level']) ? strtolower($record['level']) : '';
        // PHP prints its time zone, PHP-FPM's own lines do not.
        $own = $level === '' && empty($record['zone']);
        if ($own && preg_match('/^(DEBUG|NOTICE|WARNING|ERROR|ALERT): (.*)$/s', $said, $part)) {
            $level = strpos($part[2], 'PHP message: ') === false ? strtolower($part[1]) : '';
            $said = $part[2];
        }
        if ($this->mine !== null && !call_user_func($this->mine, $said)) {
            return;
        }
        $this->records++;
        $this->groups->add($this->source, $at, $level, $said);
    }

    /** A header's time as unix seconds; a minute is worked out once. 0 where it is no time. */
    private function time($text, $zone)
    {
        $key = $text . $zone;
        if (isset($this->times[$key])) {
            return $this->times[$key];
        }
        if (count($this->times) > 2000) {
            $this->times = array();
        }
        return $this->times[$key] = sr_logs_time($text, $zone);
    }
}

/** A written time as unix seconds; 0 where it is none. */
function sr_logs_time($text, $zone)
{
    if (preg_match('/^[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)? (\d{4})$/', $text, $part)) {
        $text = "$part[2] $part[1] $part[4] $part[3]";
    }
    $time = strtotime($text . ' ' . $zone);
    if ($time === false) {
        $time = strtotime($text . ' UTC');
    }
    return $time === false || $time < 0 ? 0 : $time;
}

/** The time zone of the host, in which the web server writes. */
function sr_logs_zone()
{
    $link = @readlink('/etc/localtime');
    $names = array(getenv('TZ'), $link && preg_match('#zoneinfo/(.+)$#', $link, $part) ? $part[1] : '');
    $names[] = trim((string) sr_read('/etc/timezone', 100));
    foreach ($names as $name) {
        $name = ltrim((string) $name, ':');
        if ($name !== '' && @timezone_open($name)) {
            return $name;
        }
    }
    return 'UTC';
}
