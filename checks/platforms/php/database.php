<?php
// A READ ONLY session with a MySQL or MariaDB server.
//
//   $db = sr_db(array('host', 'user', 'password', 'name', 'port', 'socket', 'tls'))   -> SrDb, or SrGap saying why not
//   $db->rows('SELECT … WHERE a = ? AND b LIKE ?', array($a, $b))                      -> list of name => text or null
//       throws SrDbError; its message holds neither the password nor the user. Each ? outside the parameters is a
//       parameter, so none may stand in the statement's own texts.
//   sr_db_host('localhost:/run/x.sock') -> array('host', 'port', 'socket');  sr_ident($name);  sr_like($text)

class SrDbError extends Exception
{
}

/** `name` as an identifier. */
function sr_ident($text)
{
    return '`' . str_replace('`', '``', str_replace("\0", '', $text)) . '`';
}

/** As many ? as there are values, for an IN (…). */
function sr_marks(array $values)
{
    return implode(', ', array_fill(0, count($values), '?'));
}

/** A text that stands for itself within a LIKE pattern. */
function sr_like($text)
{
    return strtr($text, array('\\' => '\\\\', '%' => '\\%', '_' => '\\_'));
}

/** Host, port and socket out of `host`, `host:3306`, `host:/path`, `:/path`, `[::1]:3306`, `::1`, `p:host`. */
function sr_db_host($text)
{
    $text = trim((string) $text);
    $found = array('host' => 'localhost', 'port' => null, 'socket' => null);
    if (strpos($text, 'p:') === 0) {
        $text = substr($text, 2);
    }
    if (preg_match('/^(.*?):?(\/.*)$/', $text, $part)) {
        $found['socket'] = $part[2];
        $text = $part[1];
    }
    $literal = '/^\[([0-9A-Fa-f:.]+)\](?::(\d+))?$/';
    if (preg_match($literal, $text, $part) || preg_match('/^([^:]+):(\d*)$/', $text, $part)) {
        $text = $part[1];
        $found['port'] = isset($part[2]) && $part[2] !== '' ? (int) $part[2] : null;
    }
    $found['host'] = $text === '' ? 'localhost' : $text;
    return $found;
}

/** What an error number of the server or the client says, in words that hold nothing of the configuration. */
function sr_db_words($number, $text, array $secrets)
{
    $words = array(
        1040 => 'it has too many connections', 1044 => 'the account may not use this database',
        1045 => 'it refuses the account or its password', 1049 => 'there is no database of the configured name',
        1130 => 'it accepts no connection from this host', 1142 => 'the account may not read a table',
        1203 => 'the account has too many connections', 1226 => 'the account has used up what it is allowed',
        1698 => 'it refuses the account or its password', 1969 => 'a statement took longer than 10 seconds',
        2002 => 'nothing answers at the configured host or socket', 2003 => 'nothing answers at the configured host',
        2005 => 'the configured host name is not known', 2006 => 'it closed the connection',
        2013 => 'the connection was lost', 2054 => 'it asks for a login method that PHP does not know',
        3024 => 'a statement took longer than 10 seconds', 3159 => 'it asks for TLS',
    );
    if (isset($words[$number])) {
        return $words[$number] . " (error $number)";
    }
    foreach ($secrets as $secret) {
        if (is_string($secret) && $secret !== '' && strpos($text, $secret) !== false) {
            return "error $number";
        }
    }
    return "error $number: " . sr_cap(preg_replace('/\s+/', ' ', $text), 200);
}

/** One session. `ask` runs a statement by whichever of PHP's two ways to MySQL is there. */
class SrDb
{
    const MOST_ROWS = 100000;

    private $link;
    private $secrets;
    public $server = '';

    public function __construct($link, array $secrets)
    {
        $this->link = $link;
        $this->secrets = $secrets;
    }

    public function error($number, $text)
    {
        return new SrDbError('the database said: ' . sr_db_words($number, $text, $this->secrets), (int) $number);
    }

    public function rows($sql, array $parameters = array())
    {
        $parts = explode('?', $sql);
        $whole = array_shift($parts);
        if (count($parts) !== count($parameters)) {
            throw new SrDbError('a statement has ' . count($parts) . ' parameters and got ' . count($parameters));
        }
        foreach (array_values($parameters) as $i => $value) {
            $whole .= $this->quote($value) . $parts[$i];
        }
        return $this->link instanceof PDO ? $this->ask_pdo($whole) : $this->ask_mysqli($whole);
    }

    private function quote($value)
    {
        if ($value === null) {
            return 'NULL';
        }
        if (is_int($value)) {
            return (string) $value;
        }
        $value = sr_utf8($value);
        return $this->link instanceof PDO
            ? $this->link->quote($value)
            : "'" . $this->link->real_escape_string($value) . "'";
    }

    private function ask_mysqli($sql)
    {
        $link = $this->link;
        try {
            $result = @$link->query($sql, MYSQLI_USE_RESULT);
            if ($result === false) {
                throw $this->error($link->errno, $link->error);
            }
            $rows = array();
            while ($result !== true && ($row = $result->fetch_assoc())) {
                $rows[] = $row;
                if (count($rows) >= self::MOST_ROWS) {
                    break;
                }
            }
            $number = $link->errno;
            $text = $link->error;
            if ($result !== true) {
                $result->free();
            }
        } catch (mysqli_sql_exception $error) {
            throw $this->error($error->getCode(), $error->getMessage());
        }
        if ($number) {
            throw $this->error($number, $text);
        }
        return $rows;
    }

    private function ask_pdo($sql)
    {
        try {
            $statement = $this->link->query($sql);
            $rows = array();
            while ($statement->columnCount() && ($row = $statement->fetch(PDO::FETCH_ASSOC))) {
                $rows[] = $row;
                if (count($rows) >= self::MOST_ROWS) {
                    break;
                }
            }
            $statement->closeCursor();
            return $rows;
        } catch (PDOException $error) {
            $number = isset($error->errorInfo[1]) ? $error->errorInfo[1] : 0;
            throw $this->error($number, $error->getMessage());
        }
    }
}

/** A session with the server of these settings, or an SrGap. */
function sr_db(array $settings)
{
    $settings += array('host' => 'localhost', 'user' => '', 'password' => '', 'name' => '', 'port' => null,
        'socket' => null, 'tls' => false);
    foreach ($settings as $name => $value) {
        if ($value instanceof SrUnknown) {
            return new SrGap("the database's $name is not known: " . $value->reason,
                'plain-it', 'database');
        }
    }
    if (!class_exists('mysqli') && !(class_exists('PDO') && in_array('mysql', PDO::getAvailableDrivers(), true))) {
        return new SrGap('PHP has neither mysqli nor pdo_mysql, so that the database cannot be asked', sr_db_package(),
            'no-program');
    }
    try {
        $link = class_exists('mysqli') ? sr_db_mysqli($settings) : sr_db_pdo($settings);
        $db = new SrDb($link, array($settings['password'], $settings['user']));
        sr_db_restrain($db);
        return $db;
    } catch (SrDbError $error) {
        return new SrGap($error->getMessage(), sr_db_remedy($error->getCode()),
            sr_db_cause($error->getCode()));
    }
}

/** What to look at after an error of that number. */
function sr_db_remedy($number)
{
    if (in_array($number, array(2002, 2003, 2005), true)) {
        return 'database-server';
    }
    if (in_array($number, array(1044, 1045, 1049, 1130, 1142, 1698), true)) {
        return 'database-account';
    }
    return 'database-try';
}

/** The code of the cause that an error of that number is. */
function sr_db_cause($number)
{
    $refused = array(1044, 1045, 1130, 1142, 1698, 2054, 3159);
    return in_array((int) $number, $refused, true) ? 'database-refused' : 'database';
}

/** What installs PHP's way to MySQL. */
function sr_db_package()
{
    $version = PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION;
    $ini = php_ini_loaded_file();
    $values = array('version' => $version) + ($ini ? array('path' => $ini) : array());
    return sr_remedy($ini ? 'php-mysql-ini' : 'php-mysql', $values);
}

/** The first statements of every session: nothing may be written, nothing may take long. */
function sr_db_restrain(SrDb $db)
{
    $number = 0;
    try {
        $db->rows('SET SESSION TRANSACTION READ ONLY');
    } catch (SrDbError $error) {
        throw new SrDbError('the database server knows no read only session (MySQL 5.6 or MariaDB 10.0 does), '
            . 'so that it was not asked: ' . $error->getMessage());
    }
    foreach (array('SET SESSION max_statement_time=10', 'SET SESSION max_execution_time=10000') as $limit) {
        try {
            $db->rows($limit);
        } catch (SrDbError $error) {
            $number++; // each server knows one of the two, or neither
        }
    }
    $db->server = (string) sr_pick($db->rows('SELECT VERSION() AS v'), array(0, 'v'), '');
}

function sr_db_mysqli(array $settings, $tls = null)
{
    $tls = $tls === null ? (bool) $settings['tls'] : $tls;
    mysqli_report(MYSQLI_REPORT_OFF);
    $link = mysqli_init();
    $link->options(MYSQLI_OPT_CONNECT_TIMEOUT, 5);
    defined('MYSQLI_OPT_READ_TIMEOUT') && $link->options(constant('MYSQLI_OPT_READ_TIMEOUT'), 15);
    $link->options(MYSQLI_OPT_LOCAL_INFILE, 0);
    $flags = $tls ? MYSQLI_CLIENT_SSL | (defined('MYSQLI_CLIENT_SSL_DONT_VERIFY_SERVER_CERT') ? 64 : 0) : 0;
    $host = $settings['host'];
    $done = @$link->real_connect($settings['socket'] ? null : $host, (string) $settings['user'],
        (string) $settings['password'], (string) $settings['name'], $settings['port'] ? (int) $settings['port'] : null,
        $settings['socket'] ? $settings['socket'] : null, $flags);
    if (!$done) {
        $number = mysqli_connect_errno();
        if ($number === 3159 && !$tls) {
            return sr_db_mysqli($settings, true);
        }
        $secrets = array($settings['password'], $settings['user']);
        throw new SrDbError('no database: ' . sr_db_words($number, (string) mysqli_connect_error(), $secrets), $number);
    }
    if (!@$link->set_charset('utf8mb4')) {
        @$link->set_charset('utf8');
    }
    return $link;
}

function sr_db_pdo(array $settings)
{
    $address = $settings['socket']
        ? 'unix_socket=' . $settings['socket']
        : 'host=' . $settings['host'] . ($settings['port'] ? ';port=' . (int) $settings['port'] : '');
    $options = array(PDO::ATTR_TIMEOUT => 5, PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION);
    try {
        $dsn = "mysql:$address;dbname=" . $settings['name'] . ';charset=utf8mb4';
        return new PDO($dsn, (string) $settings['user'], (string) $settings['password'], $options);
    } catch (PDOException $error) {
        $number = preg_match('/\[(\d{4})\]/', $error->getMessage(), $part) ? (int) $part[1] : (int) $error->getCode();
        $secrets = array($settings['password'], $settings['user']);
        throw new SrDbError('no database: ' . sr_db_words($number, $error->getMessage(), $secrets), $number);
    }
}
