<?php
// What an access log tells: requests, failed ones and logins by the hour, and which pages fail. Fields, no templates.

/** Takes lines of an access log in the common or combined format, with or without a host name before it. */
class SrLogAccess
{
    const LINE = '/^(?:[\w.-]+(?::\d+)? )?[0-9A-Fa-f:.]+ \S+ [^\[]{1,200}'
        . '\[(\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d):(\d\d:\d\d) ([+-]\d{4})\] "((?:[^"\\\\]++|\\\\.)*+)" (\d{3}) /';

    public $lines = 0;
    public $records = 0;
    public $headers = 0;
    public $older = 0;
    public $first = 0;
    public $floor = 0;
    public $failed = 0;
    public $hours = array();  // hour => array(requests, failed, logins)
    private $pages = array();
    private $times = array();
    private $now;

    public function __construct($now)
    {
        $this->now = $now;
    }

    public function line($line)
    {
        $this->lines++;
        if (!preg_match(self::LINE, ltrim($line, "\0"), $part)) {
            return;
        }
        $this->headers++;
        $seconds = 60 * (int) substr($part[2], 0, 2) + (int) substr($part[2], 3);
        $at = min($this->now, $this->time($part[1], $part[3]) + $seconds);
        $this->first = $this->first ? $this->first : $at;
        if ($at < $this->floor) {
            $this->older++;
            return;
        }
        $this->records++;
        $hour = (int) floor($at / 3600);
        if (!isset($this->hours[$hour])) {
            if (count($this->hours) >= 200) {
                return;
            }
            $this->hours[$hour] = array(0, 0, 0);
        }
        $this->hours[$hour][0]++;
        if ($part[5][0] === '5') {
            $this->failed++;
            $this->hours[$hour][1]++;
            $this->page($part[4], $part[5]);
        } elseif (strpos($part[4], 'POST ') === 0 && self::is_login($part[4], $part[5])) {
            $this->hours[$hour][2]++;
        }
    }

    /** A login that failed, or an attempt where the answer does not tell. */
    private static function is_login($request, $code)
    {
        if (preg_match('#^POST [^ ?]*/wp-login\.php#', $request)) {
            return $code[0] !== '3' && strpos($request, 'action=') === false;  // 302 is a login that succeeded
        }
        if (preg_match('#^POST [^ ?]*/xmlrpc\.php#', $request)) {
            return true;
        }
        if (preg_match('#^POST [^ ]*(?:cp/login/authenticate|C=login&M=authenticate)#', $request)) {
            return true;
        }
        $magento = '#^POST [^ ?]*/admin(?:_\w{1,12})?/(?:admin/?|index/login/?)?(?:[ ?]|index/index)#';
        return $code === '200' && preg_match($magento, $request);
    }

    private function page($request, $code)
    {
        $path = preg_match('#^[A-Z]{3,10} ([^ ?]{1,400})#', $request, $part) ? $part[1] : '?';
        $key = $code . ' ' . preg_replace('/[0-9a-f]{12,}|\d+/', '#', $path);
        if (!isset($this->pages[$key]) && count($this->pages) >= 300) {
            $key = $code . ' other pages';
        }
        $this->pages[$key] = (isset($this->pages[$key]) ? $this->pages[$key] : 0) + 1;
    }

    /** The pages that fail most: array(array(text, number), …). */
    private function worst()
    {
        arsort($this->pages);
        $worst = array();
        foreach (array_slice($this->pages, 0, 5, true) as $page => $number) {
            $worst[] = array(sr_logs_redact($page, 200), $number);
        }
        return $worst;
    }

    /** The hours as rows: hour, requests, failed ones, logins. */
    private function rows()
    {
        $rows = array();
        foreach ($this->hours as $hour => $numbers) {
            $rows[] = array_merge(array($hour), $numbers);
        }
        return $rows;
    }

    /** What the document says of the log. */
    public function row($source)
    {
        return array('source' => $source, 'requests' => $this->records, 'failed' => $this->failed,
            'hours' => $this->rows(), 'worst' => $this->worst());
    }

    public function flush()
    {
    }

    private function time($text, $zone)
    {
        $key = $text . $zone;
        if (!isset($this->times[$key])) {
            $this->times = count($this->times) > 500 ? array() : $this->times;
            $hour = str_replace('/', ' ', substr($text, 0, 11)) . ' ' . substr($text, 12) . ':00:00';
            $this->times[$key] = sr_logs_time($hour, $zone);
        }
        return $this->times[$key];
    }
}
