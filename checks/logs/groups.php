<?php
// Records that say the same, counted as one: at most so many groups, the rest as a number.

class SrLogGroups
{
    const SHAPES = 3000;  // records known by their digits alone, so that the work is done once for each
    const GRAVE = 400;  // groups of errors
    const LIGHT = 100;  // groups of warnings
    const CELLS = 15000;  // numbers by group, source and hour

    public $groups = array();  // rows as they are printed
    public $counts = array('notice' => 0, 'deprecated' => 0, 'info' => 0);  // not grouped, by kind
    public $other = array('grave' => 0, 'light' => 0);  // what found no place
    public $grave = 0;  // records that are errors, grouped or not
    private $roots;
    private $now;
    private $shapes = array();
    private $places = array();
    private $cells = 0;
    private $size = array('grave' => 0, 'light' => 0);

    /** `$roots`: what paths to the site begin with, the longest first. */
    public function __construct(array $roots, $now)
    {
        $this->roots = $roots;
        $this->now = $now;
    }

    /** One record: which source wrote it, when, at which level, and what it says. */
    public function add($source, $at, $level, $said)
    {
        $at = $at > 0 && $at <= $this->now ? $at : $this->now;
        $shape = md5($level . "\0" . preg_replace('/[0-9a-f]{12,}|[0-9]+/', '0', substr($said, 0, 3000)), true);
        if (!isset($this->shapes[$shape])) {
            if (count($this->shapes) >= self::SHAPES) {
                $this->shapes = array();
            }
            $this->shapes[$shape] = array();
            foreach (sr_logs_meanings($level, $said) as $meaning) {
                $this->shapes[$shape][] = $this->place($meaning);
            }
        }
        foreach ($this->shapes[$shape] as $place) {
            $this->count($place, $source, $at);
        }
    }

    /** Where a thing is counted: a group's number, or the name of a count. */
    private function place(SrLogMeaning $meaning)
    {
        $types = array('notice' => 'notice', 'strict standards' => 'notice', 'deprecated' => 'deprecated');
        if (isset($types[$meaning->type])) {
            return $types[$meaning->type];
        }
        $quiet = in_array($meaning->level, array('debug', 'info', 'notice', 'all'), true);
        if ($quiet || ($meaning->level === '' && $meaning->type === '' && !$meaning->uncaught)) {
            return $meaning->level === 'notice' ? 'notice' : 'info';
        }
        $light = in_array($meaning->type, array('warning', 'core warning', 'compile warning'), true)
            || in_array($meaning->level, array('warning', 'warn'), true);
        $weight = $light && !$meaning->uncaught ? 'light' : 'grave';
        $message = sr_logs_redact($meaning->message, 500);
        $mask = substr(sr_logs_mask($message, $this->roots), 0, 600);
        $file = sr_logs_redact(sr_logs_place($meaning->file, $this->roots), 200);
        $most = $weight === 'grave' ? self::GRAVE : self::LIGHT;
        if ($this->size[$weight] >= 0.75 * $most) {
            // Too many sorts: from here on only the first words tell them apart.
            $words = preg_split('/[^A-Za-z]+/', $mask, -1, PREG_SPLIT_NO_EMPTY);
            $mask = implode(' ', array_slice($words, 0, 4)) . ' ~';
        }
        $flags = ($meaning->uncaught ? 'u' : '') . ($meaning->shown ? 's' : '');
        $key = md5("$meaning->level|$meaning->type|$flags|$meaning->class|$mask|$file");
        if (!isset($this->places[$key]) && $this->size[$weight] >= $most) {
            return $weight;
        }
        if (!isset($this->places[$key])) {
            $this->size[$weight]++;
            $this->places[$key] = count($this->groups);
            $this->groups[] = $this->group($meaning, $weight, $mask, $message, $file);
        }
        return $this->places[$key];
    }

    private function group(SrLogMeaning $meaning, $weight, $mask, $message, $file)
    {
        $also = array();
        foreach ($meaning->also as $text) {
            $also[] = self::name($text, $this->roots);
        }
        return array(
            'name' => substr(md5($mask), 0, 12),
            'weight' => $weight,
            'level' => sr_cap($meaning->level, 20),
            'type' => $meaning->type,
            'class' => str_replace("\n", ' ', sr_logs_redact($meaning->class, 120)),
            'uncaught' => $meaning->uncaught,
            'shown' => $meaning->shown,
            'message' => str_replace("\n", ' ', sr_logs_message($message, $this->roots)),
            'file' => str_replace("\n", ' ', $file),
            'also' => $also,
            'first' => 0,
            'last' => 0,
            'counts' => array(),
        );
    }

    private static function name($text, array $roots)
    {
        return substr(md5(substr(sr_logs_mask(sr_logs_redact($text, 500), $roots), 0, 600)), 0, 12);
    }

    private function count($place, $source, $at)
    {
        if (!is_int($place)) {
            if (isset($this->counts[$place])) {
                $this->counts[$place]++;
            } else {
                $this->other[$place]++;
                $this->grave += $place === 'grave' ? 1 : 0;
            }
            return;
        }
        $group = &$this->groups[$place];
        $group['first'] = $group['first'] ? min($group['first'], $at) : $at;
        $group['last'] = max($group['last'], $at);
        $this->grave += $group['weight'] === 'grave' ? 1 : 0;
        $hour = (int) floor($at / 3600);
        $known = isset($group['counts'][$source]) ? $group['counts'][$source] : array();
        if (!isset($known[$hour]) && $known && $this->cells >= self::CELLS) {
            $hour = key($known);  // the hour is given up, the number is not
        }
        if (!isset($known[$hour])) {
            $group['counts'][$source][$hour] = 0;
            $this->cells++;
        }
        $group['counts'][$source][$hour]++;
    }

    /** The groups as they are printed: counts as rows of source, hour and number. */
    public function rows()
    {
        $rows = array();
        foreach ($this->groups as $group) {
            $counts = array();
            foreach ($group['counts'] as $source => $hours) {
                foreach ($hours as $hour => $number) {
                    $counts[] = array($source, $hour, $number);
                }
            }
            $rows[] = array('counts' => $counts) + $group;
        }
        return $rows;
    }
}

/** A message as people read it: without the way to the site. */
function sr_logs_message($text, array $roots)
{
    return trim(preg_replace('/<[^<>]{1,300}>/', '', str_replace($roots, '', $text)));
}
