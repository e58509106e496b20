<?php
// What both generations of Magento keep alike: a database, tables of administrators, var/log.
//
// Joined before magento.php and again before openmage.php, so that either can be used alone.

if (!function_exists('sr_mage_database')) {

    /** A session with the database of host, dbname, username, password, port, unix_socket (all optional); or SrGap. */
    function sr_mage_database(array $settings, $path)
    {
        $known = array();
        foreach (array('host', 'dbname', 'username', 'password', 'port', 'unix_socket') as $name) {
            $value = isset($settings[$name]) ? $settings[$name] : '';
            if ($value instanceof SrUnknown) {
                $reason = "the database's $name in $path is known only to the running site: " . $value->reason;
                return new SrGap($reason, 'plain-it');
            }
            $known[$name] = is_scalar($value) ? trim((string) $value) : '';
        }
        if ($known['dbname'] === '') {
            return new SrGap("no database is named in $path", 'finish-installation');
        }
        // A host that begins with a slash is a socket; one without a host is this machine.
        $password = isset($settings['password']) ? $settings['password'] : '';
        $where = sr_db_host($known['host']);
        $db = sr_db(array(
            'host' => $where['host'],
            'port' => $known['port'] !== '' ? (int) $known['port'] : $where['port'],
            'socket' => $known['unix_socket'] !== '' ? $known['unix_socket'] : $where['socket'],
            'user' => $known['username'],
            'password' => is_scalar($password) ? (string) $password : '',
            'name' => $known['dbname'],
        ));
        try {
            // Both generations write UTC, whatever the server's zone is.
            $db instanceof SrDb && $db->rows("SET SESSION time_zone = '+00:00'");
        } catch (SrDbError $error) {
            return new SrGap($error->getMessage(), '', sr_db_cause($error->getCode()));
        }
        return $db;
    }

    /** Rows of a query in which {name} is a table of the site; null where such a table is not there. */
    function sr_mage_rows($db, $prefix, $sql)
    {
        $known = sr_mage_tables($db, $prefix);
        $missing = false;
        $sql = preg_replace_callback('/\{(\w+)\}/', function ($part) use ($prefix, $known, &$missing) {
            $missing = $missing || !isset($known[strtolower($prefix . $part[1])]);
            return sr_ident($prefix . $part[1]);
        }, $sql);
        return $missing ? null : $db->rows($sql);
    }

    /** The tables whose names begin with the prefix, in lower case, as keys: those that this account may read. */
    function sr_mage_tables($db, $prefix)
    {
        static $known = array();
        $key = spl_object_hash($db) . $prefix;
        if (!isset($known[$key])) {
            $rows = $db->rows(
                'SELECT TABLE_NAME AS name FROM information_schema.TABLES'
                . ' WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME LIKE ?',
                array(sr_like($prefix) . '%')
            );
            $known[$key] = array();
            foreach ($rows as $row) {
                $known[$key][strtolower($row['name'])] = true;
            }
        }
        return $known[$key];
    }

    /** Says that a table is not there, with the prefix, which is where the mistake usually is. */
    function sr_mage_no_table(SrAnswer $out, $area, $item, $prefix, $table)
    {
        $reason = "the database shows no table $prefix$table (the configured table prefix is '$prefix')";
        $out->gap($area, $item, $reason, 'database-prefix');
    }

    /** The rows' column $value by their column $id. */
    function sr_mage_column(array $rows, $id, $value)
    {
        $found = array();
        foreach ($rows as $row) {
            $found[(string) $row[$id]] = $row[$value];
        }
        return $found;
    }

    /** A unix time from a database's number, or null where it says none. */
    function sr_mage_time($number)
    {
        return (int) $number > 0 ? (int) $number : null;
    }

    /** All administrators, times as unix numbers; none, with a gap, where their table is not there. */
    function sr_mage_users($db, $prefix, SrAnswer $out)
    {
        $rows = sr_mage_rows($db, $prefix, 'SELECT user_id, username, firstname, lastname, email, is_active, lognum,'
            . ' UNIX_TIMESTAMP(created) AS created, UNIX_TIMESTAMP(logdate) AS logdate'
            . ' FROM {admin_user} ORDER BY user_id LIMIT 5001');
        if ($rows === null) {
            sr_mage_no_table($out, 'accounts', 'admin-users', $prefix, 'admin_user');
            return array();
        }
        if (count($rows) > 5000) {
            $out->gap('accounts', 'too-many', 'more than 5,000 administrators; the rest were left out', '', 'too-much');
        }
        return array_slice($rows, 0, 5000);
    }

    /** An account's fields from a row of sr_mage_users; $roles as sr_mage_roles gives them. */
    function sr_mage_account(array $row, $roles)
    {
        $login = sr_mage_time($row['logdate']);
        $none = array('roles' => array(), 'powers' => array());
        $user = isset($roles[$row['user_id']]) ? $roles[$row['user_id']] : $none;
        return array(
            'login' => (string) $row['username'],
            'id' => (string) $row['user_id'],
            'name' => trim($row['firstname'] . ' ' . $row['lastname']),
            'email' => (string) $row['email'],
            'roles' => $user['roles'],
            'powers' => $user['powers'],
            'created' => sr_mage_time($row['created']),
            'enabled' => (int) $row['is_active'] === 1,
            'evidence' => $login === null ? array() : array(array('at' => $login, 'source' => 'admin login')),
            // A login writes both its date and the count: a count without a date does not say "never".
            'absence_is_never' => $login !== null || (int) $row['lognum'] === 0,
        );
    }

    /**
     * User id => roles and powers; null, with a gap, where a table is not there. $select gives user_id, own_id (the
     * user's own role), role_id and role_name (the group's); $allow gives role_id and resource_id of what is allowed.
     */
    function sr_mage_roles($db, $prefix, $select, $allow, $everything, SrAnswer $out)
    {
        $rows = sr_mage_rows($db, $prefix, $select);
        $rules = sr_mage_rows($db, $prefix, $allow);
        if ($rows === null || $rules === null) {
            sr_mage_no_table($out, 'accounts', 'roles', $prefix, preg_replace('/.*\{(\w+)\}.*/s', '$1', $allow));
            return null;
        }
        $allowed = sr_mage_allowed($rules);
        $found = array();
        foreach ($rows as $row) {
            $user = &$found[$row['user_id']];
            $user = $user === null ? array('roles' => array(), 'powers' => array()) : $user;
            if ((string) $row['role_name'] !== '' && count($user['roles']) < 10) {
                $user['roles'][] = $row['role_name'];
            }
            foreach (array($row['role_id'], $row['own_id']) as $role) {
                $user['powers'] = array_merge($user['powers'], isset($allowed[$role]) ? $allowed[$role] : array());
            }
            unset($user);
        }
        foreach ($found as $id => $user) {
            $found[$id]['powers'] = sr_mage_powers($user['powers'], $everything);
        }
        return $found;
    }

    /** Role id => the resources it is allowed. */
    function sr_mage_allowed(array $rules)
    {
        $allowed = array();
        foreach ($rules as $rule) {
            $allowed[$rule['role_id']][] = (string) $rule['resource_id'];
        }
        return $allowed;
    }

    /** Ten powers at most, first those that lead to others; "all" alone where everything is allowed. */
    function sr_mage_powers(array $resources, $everything)
    {
        if (in_array($everything, $resources, true)) {
            return array('all');
        }
        $strong = '/acl_users|acl_roles|acl\/(users|roles)|integration|config|system|backup|variable|template|cms'
            . '|import|customer|sales|design/i';
        $ranked = array(array(), array(), array());
        foreach (array_unique($resources) as $resource) {
            // Every role may enter the panel; that says something only of one that may do nothing else.
            $entrance = $resource === 'Magento_Backend::admin' || $resource === 'admin';
            $ranked[$entrance ? 2 : (preg_match($strong, $resource) ? 0 : 1)][] = $resource;
        }
        sort($ranked[0], SORT_STRING);
        sort($ranked[1], SORT_STRING);
        $powers = array_merge($ranked[0], $ranked[1]);
        return array_slice($powers ? $powers : $ranked[2], 0, 10);
    }

    /** Whether one of these modules may be somebody's second factor or another way to log in. */
    function sr_mage_guards_login(array $modules)
    {
        $words = 'Two_?Factor|2FA|2fa|Tfa|TFA|TwoStep|OTP|Otp(?![a-z])|Passkey|Web[Aa]uthn|Saml|SAML|SSO|SingleSignOn'
            . '|Okta';
        return (bool) preg_grep("/$words/", preg_grep('/Disable/', $modules, PREG_GREP_INVERT));
    }

    /** In words since when a maintenance flag lies there; empty where none does. */
    function sr_mage_maintenance($flag)
    {
        clearstatcache();
        $since = @file_exists($flag) ? (int) @filemtime($flag) : 0;
        return $since ? array('maintenance mode is on since ' . gmdate('Y-m-d H:i', $since) . ' UTC') : array();
    }

    /** The log sources of a var/log folder, a source a file, its form seen from its first line; or a glob of them. */
    function sr_mage_logs($folder, $usual, array $but = array())
    {
        $sources = array();
        foreach (array_diff((array) sr_list($folder), $but) as $name) {
            $path = "$folder/$name";
            if (substr((string) $name, -4) !== '.log' || !@is_file($path) || count($sources) >= 100) {
                continue;
            }
            $first = (string) sr_read($path, 80);
            $form = preg_match('/^\[\d{4}-\d\d-\d\d[T ]/', $first) ? 'monolog' : $usual;
            $form = preg_match('/^\d{4}-\d\d-\d\dT\S+ [A-Z]+ \(\d+\):/', $first) ? 'magento1' : $form;
            $form = preg_match('/^\[\d\d-[A-Z][a-z]{2}-\d{4} /', $first) ? 'php' : $form;
            $sources[] = sr_mage_source($path, $form, $form === 'php' ? 'php' : 'application');
        }
        return $sources ? $sources : array(sr_mage_source("$folder/*.log", $usual, 'application'));
    }

    function sr_mage_source($path, $format, $purpose)
    {
        return array('path' => $path, 'format' => $format, 'purpose' => $purpose, 'off' => '', 'remedy' => '');
    }
}
