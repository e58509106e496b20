<?php
// Bytes of a file, plain or compressed, as lines: bounded in bytes, in the length of a line, and in time.

/** What one run may spend. Bytes and seconds are settings; the rest is what they are measured against. */
class SrLogBudget
{
    public $ends;
    public $bytes;
    public $started;

    public function __construct(array $options)
    {
        $this->started = microtime(true);
        $this->ends = $this->started + (isset($options['seconds']) ? (float) $options['seconds'] : 30.0);
        $this->bytes = isset($options['bytes']) ? (int) $options['bytes'] : 67108864;
    }

    /** Whether the time is up; a clock that was set back counts as time gone by. */
    public function spent()
    {
        $now = microtime(true);
        return $now >= $this->ends || $now < $this->started;
    }
}

/** An open log: its stream, size and identity. */
class SrLogFile
{
    const LONGEST = 65536;
    const CHUNK = 262144;

    public $path;
    public $stream;
    public $size = 0;
    public $device = 0;
    public $inode = 0;
    public $changed = 0;
    public $packed = false;

    /** The file, or null when it is not a regular file or cannot be opened. Never waits, not even for a pipe. */
    public static function open($path)
    {
        clearstatcache();
        $real = @realpath($path);
        $before = $real === false ? false : @lstat($real);
        if ($before === false || ($before['mode'] & 0170000) !== 0100000) {
            return null;
        }
        $stream = @fopen($real, 'rbn');
        $stat = $stream ? @fstat($stream) : false;
        if (!$stat || ($stat['mode'] & 0170000) !== 0100000) {
            return null;
        }
        $file = new self();
        $file->path = $real;
        $file->stream = $stream;
        $file->size = $stat['size'];
        $file->device = $stat['dev'];
        $file->inode = $stat['ino'];
        $file->changed = $stat['mtime'];
        return $file;
    }

    /** The same for a file that gzip packed; its size is not known then. */
    public static function open_packed($path)
    {
        $file = self::open($path);
        if (!$file || !function_exists('gzopen')) {
            return null;
        }
        fclose($file->stream);
        $file->stream = @gzopen($file->path, 'rb');
        $file->packed = true;
        $file->size = PHP_INT_MAX;
        return $file->stream ? $file : null;
    }

    /** What tells this file from others on its host. */
    public function name()
    {
        return $this->device . ':' . $this->inode;
    }

    public function close()
    {
        if ($this->stream) {
            $this->packed ? gzclose($this->stream) : fclose($this->stream);
        }
        $this->stream = null;
    }

    /** At most $length bytes from $offset on; shorter at the end of the file. */
    public function bytes($offset, $length)
    {
        $sought = $this->packed ? @gzseek($this->stream, $offset) : @fseek($this->stream, $offset);
        $text = '';
        while ($sought === 0 && strlen($text) < $length) {
            $more = $this->next($length - strlen($text));
            if ($more === '') {
                break;
            }
            $text .= $more;
        }
        return $text;
    }

    /** The offset of the end; of a packed file it must be read for, and is 0 where that takes too long. */
    public function end(SrLogBudget $budget)
    {
        if (!$this->packed) {
            return $this->size;
        }
        for ($end = 0; ($more = strlen($this->next(self::CHUNK))) > 0; $end += $more) {
            if ($end > 268435456 || $budget->spent()) {
                return 0;
            }
        }
        return $end;
    }

    private function next($length)
    {
        $more = $this->packed ? @gzread($this->stream, $length) : @fread($this->stream, $length);
        return is_string($more) ? $more : '';
    }

    /**
     * Gives the whole lines of the bytes $from to $to to $sink->line(), and returns the offset behind the last of them.
     * Where the bytes are $ended, a last line without its end counts too. A line's rest beyond LONGEST is left out.
     */
    public function lines($from, $to, $sink, SrLogBudget $budget, $ended = false)
    {
        if (($this->packed ? @gzseek($this->stream, $from) : @fseek($this->stream, $from)) !== 0) {
            return $from;
        }
        $at = $from;
        $behind = $from;
        $rest = '';
        while ($at < $to && !$budget->spent()) {
            $chunk = $this->next(min(self::CHUNK, $to - $at));
            if ($chunk === '') {
                break;
            }
            $at += strlen($chunk);
            $last = strrpos($chunk, "\n");
            if ($last === false) {
                $rest = self::begun($rest . $chunk);
                continue;
            }
            $behind = $at - (strlen($chunk) - $last - 1);
            $found = explode("\n", $rest . substr($chunk, 0, $last));
            foreach ($found as $line) {
                $sink->line(strlen($line) > self::LONGEST ? substr($line, 0, self::LONGEST) : $line);
            }
            $rest = self::begun((string) substr($chunk, $last + 1));
        }
        if ($ended && $rest !== '' && !$budget->spent()) {
            $sink->line($rest);
            $behind = $at;
        }
        return $behind;
    }

    /** The part of an unfinished line that is kept. A hole that a truncation left in front of it is not. */
    private static function begun($text)
    {
        if ($text !== '' && $text[0] === "\0") {
            $text = ltrim($text, "\0");
        }
        return strlen($text) > self::LONGEST ? substr($text, 0, self::LONGEST) : $text;
    }
}
